/** True for `MATRIX=all`: tests with many cases or much load then run all of it, and a part otherwise. */
export const isWholeMatrix = process.env['MATRIX'] === 'all';
