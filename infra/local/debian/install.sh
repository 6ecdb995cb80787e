# Runs in a fresh tree as root: installs the servers of the local stack and removes what only the installation needed.
apt-get update -qq
# flask-cors and joserfc are what moto's server imports beyond its dependencies, aws-xray-sdk what its X-Ray does.
apt-get install -y -qq --no-install-recommends \
  postgresql-18-documentdb \
  valkey-server \
  python3-moto python3-aws-xray-sdk python3-flask-cors python3-joserfc python3-yaml

# Debian's libfaketime waits for ever beside the allocator of its Valkey.
apt-get install -y -qq --no-install-recommends gcc
gcc -O2 -shared -fPIC -nostdlib -o /usr/lib/movable-clock.so /mnt/movable-clock.c
apt-get purge -y -qq --auto-remove gcc
apt-get clean
rm -rf /var/lib/apt/lists /var/lib/postgresql/*

# The AWS SDK for JavaScript speaks JSON to CloudWatch. So does moto, but Debian's botocore is older than that and lists
# the query protocol alone. Model extras are moto's own way to correct a service.
extras=/usr/lib/python3/dist-packages/moto/cloudwatch/2010-08-01
mkdir -p $extras
cat > $extras/service-2.moto-extras.json <<'end'
{ "version": 1.0,
  "merge": { "metadata": {
    "protocols": ["json", "query"], "jsonVersion": "1.0", "targetPrefix": "GraniteServiceVersion20100801" } } }
end
