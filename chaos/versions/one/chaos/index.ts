export { default } from '../../../plugins/chaos/index.ts';
