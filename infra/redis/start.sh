#!/bin/sh
# Writes the list of Redis users from the environment and starts the server. Only a hash of the password is written.
set -eu
: "${REDIS_PASSWORD:?must be set}"
here=$(dirname "$0")
hash=$(printf %s "$REDIS_PASSWORD" | sha256sum | cut -d' ' -f1)

# The user mcp may use the keys and channels of the product and can neither wipe nor reconfigure the server. Of the
# dangerous commands it may use those that only read: versions for BullMQ, and figures for operators.
# The user default, with the same password, is for `redis-cli` in the container: it can read and cannot write.
users=${TMPDIR:-/tmp}/users.acl
umask 077
cat >"$users" <<ACL
user default on #$hash ~${REDIS_PREFIX:-mcp}:* +@read +@connection -@dangerous +info +slowlog|get +latency|latest
user mcp on #$hash ~${REDIS_PREFIX:-mcp}:* &${REDIS_PREFIX:-mcp}:* +@all -@admin -@dangerous +info +client|list +slowlog|get +latency|latest
ACL
exec redis-server "$here/redis.conf" --aclfile "$users" "$@"
