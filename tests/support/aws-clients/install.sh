# Unpacks clients of the AWS SDKs from Debian packages, without installing anything: install.sh FOLDER MIRROR APT_CONF
# APT_CONF says how this machine fetches packages. Afterwards FOLDER has bin/aws, bin/python (with boto3) and bin/go, and of Go's SDK
# a release that speaks CBOR (go/cbor) and one that speaks JSON (go/json). Runs as any user.
set -eu
folder=$1 mirror=$2 machine=$3
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$folder/apt/state/lists/partial" "$folder/apt/cache/archives/partial" "$folder/bin"
cd "$folder"
here=$PWD
: > apt/status
for suite in forky bookworm; do echo "deb [signed-by=$keyring] $mirror $suite main"; done > apt/sources.list
{
  cat "$machine"
  cat <<end
Dir::Etc::sourcelist "$here/apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$here/apt/state";
Dir::State::status "$here/apt/status";
Dir::Cache "$here/apt/cache";
APT::Default-Release "forky";
APT::Install-Recommends "false";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
end
} > apt/apt.conf
export APT_CONFIG="$here/apt/apt.conf"
apt-get update -qq

# Python's packages with all that they need, the C library included: they run by the loader that comes with it.
apt-get install -y -qq --download-only awscli python3-boto3
for package in apt/cache/archives/*.deb; do dpkg-deb -x "$package" .; done

# Go's packages need far more to be installed than one program needs to be compiled.
compiler=$(apt-cache depends golang-go | sed -n 's/.*Depends: \(golang-[0-9.]*\)-go$/\1/p')
sdk=golang-github-aws-aws-sdk-go-v2-dev smithy=golang-github-aws-smithy-go-dev
unpacked() {
  into=$1
  shift
  rm -rf apt/go
  mkdir -p apt/go "$into"
  (cd apt/go && apt-get download -qq "$@")
  for package in apt/go/*.deb; do dpkg-deb -x "$package" "$into"; done
}
unpacked . "$compiler-go" "$compiler-src"
unpacked go/cbor "$sdk/forky" "$smithy/forky" golang-github-jmespath-go-jmespath-dev/forky
unpacked go/json "$sdk/bookworm" "$smithy/bookworm" golang-github-jmespath-go-jmespath-dev/bookworm
for speaks in cbor json; do
  ln -s usr/share/gocode/src "go/$speaks/src"
  # Of the hundreds of services one is compiled.
  find "go/$speaks/src/github.com/aws/aws-sdk-go-v2/service/" -mindepth 1 -maxdepth 1 ! -name gamelift -exec rm -rf {} +
done
rm -rf apt usr/share/doc usr/share/man usr/share/locale usr/lib/python3/dist-packages/awscli/examples

cat > bin/python <<'end'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
loader=$(echo "$root"/usr/lib/*-linux-gnu/ld-linux-*.so.*)
export PYTHONHOME="$root/usr" PYTHONPATH="$root/usr/lib/python3/dist-packages"
exec "$loader" --library-path "$(dirname "$loader")" "$root/usr/bin/python3" "$@"
end
cat > bin/aws <<'end'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$root/bin/python" "$root/usr/bin/aws" "$@"
end
cat > bin/go <<'end'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
export GOROOT=$(echo "$root"/usr/lib/go-*)
export GO111MODULE=off GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0
exec "$GOROOT/bin/go" "$@"
end
chmod +x bin/*
bin/python -m compileall -q usr/lib/python3/dist-packages || true
