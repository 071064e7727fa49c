const NAMES = ['NODE_COMPILE_CACHE', 'NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE', 'MCP_SERVER_TEST_RUN'];

/** Variables of the test run that every process of a test inherits. None of them is a setting of the product. */
export const runEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
