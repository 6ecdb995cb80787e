# PostgreSQL with the extension, and the gateway of the local stack before it, over TLS and with the login of USERNAME and PASSWORD.
set -e
data=/data/postgres
export PATH=/usr/lib/postgresql/18/bin:$PATH
if [ ! -e "$data/PG_VERSION" ]; then
  mkdir -p "$data"
  cp -a /var/lib/postgresql/template/. "$data"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=documentdb \
    -keyout /data/key.pem -out /data/cert.pem 2>/dev/null
fi
chown -R postgres "$data"
chmod 700 "$data"
printf '%s:%s\n' "$USERNAME" "$PASSWORD" > /tmp/users
rm -f "$data/postmaster.pid" /tmp/serves
setpriv --reuid=postgres --regid=postgres --clear-groups postgres -D "$data" -p 5432 &
engine=$!
until pg_isready -q -h 127.0.0.1 -p 5432; do sleep 0.2; done
node /gateway/infra/local/gateway/main.ts --postgres postgres://postgres@127.0.0.1:5432/postgres \
  --host 0.0.0.0 --port 10260 --tls-cert /data/cert.pem --tls-key /data/key.pem --users /tmp/users > /tmp/serves.port &
gateway=$!
trap 'kill -INT $engine $gateway; wait' TERM INT
until [ -s /tmp/serves.port ]; do sleep 0.2; done
touch /tmp/serves
wait -n
