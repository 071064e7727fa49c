#!/bin/sh
# Makes the list of Redis users from the environment and starts the server. Only a hash of the password is written.
set -eu
: "${REDIS_PASSWORD:?must be set}"
here=$(dirname "$0")
hash=$(printf %s "$REDIS_PASSWORD" | sha256sum | cut -d' ' -f1)

# The product's user works in its own keys and channels and can neither wipe nor reconfigure the server. What it gets
# back of the dangerous commands only reads: versions for BullMQ, and what an operator looks at.
users=${TMPDIR:-/tmp}/users.acl
umask 077
cat >"$users" <<ACL
user default off
user mcp on #$hash ~${REDIS_PREFIX:-mcp}:* &${REDIS_PREFIX:-mcp}:* +@all -@admin -@dangerous +info +client|list +slowlog|get +latency|latest
ACL
exec redis-server "$here/redis.conf" --aclfile "$users" "$@"
