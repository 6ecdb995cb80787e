# Runs in the tree as postgres, in the folder that every run's database is copied from.
PATH=/usr/lib/postgresql/18/bin:$PATH
initdb -D /mnt -U postgres --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8

# No Unix socket: all runs would share its folder. Dynamic shared memory stands in the data folder, so that a killed
# server leaves none in memory.
cat >> /mnt/postgresql.conf <<'end'
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
cron.database_name = 'postgres'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
dynamic_shared_memory_type = 'mmap'
max_connections = 200
jit = off
end

# Single-user mode: no port to find, nothing to wait for.
echo 'CREATE EXTENSION documentdb CASCADE' | postgres --single -j -c fsync=off -D /mnt postgres
