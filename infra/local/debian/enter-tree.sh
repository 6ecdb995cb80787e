# Runs a command inside a Debian tree: enter-tree.sh TREE FOLDER USER SIGNAL COMMAND...
# To be started in a mount namespace of its own, so that the mounts vanish with the command. FOLDER appears as /mnt and
# belongs to USER. Every step execs the next: the process that was started is the command. SIGNAL reaches it when its
# parent dies; it is set last, because a change of user clears it.
set -e
tree=$1 folder=$2 user=$3 signal=$4
shift 4
for shared in proc sys dev; do mount --rbind "/$shared" "$tree/$shared"; done
mount -t tmpfs tmpfs "$tree/dev/shm"
mount --bind "$folder" "$tree/mnt"
chroot "$tree" chown "$user:$user" /mnt
cd /
exec chroot "$tree" setpriv --reuid="$user" --regid="$user" --init-groups --pdeathsig="$signal" -- \
  env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  PYTHONUNBUFFERED=1 "$@"
