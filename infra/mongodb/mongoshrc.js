// Runs when mongosh opens in a terminal of the container (`docker exec -it mcp-mongodb mongosh`): signs in as `root` with
// the credentials of the container. Scripts, health checks and the first start, which have no terminal, are not signed in.
const { MONGO_INITDB_ROOT_USERNAME, MONGO_INITDB_ROOT_PASSWORD } = process.env;
if (process.stdin.isTTY && MONGO_INITDB_ROOT_PASSWORD) {
  db.getSiblingDB('admin').auth(MONGO_INITDB_ROOT_USERNAME, MONGO_INITDB_ROOT_PASSWORD);
}
