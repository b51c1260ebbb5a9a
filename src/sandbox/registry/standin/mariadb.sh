#!/bin/sh
# Stands in for the official image of MariaDB in the provider sandbox: Debian's MariaDB. Takes MARIADB_DATABASE,
# MARIADB_USER and MARIADB_PASSWORD, and options for the server as arguments.
set -eu
data=/var/lib/mysql
mkdir -p /run/mysqld
chown -R mysql:mysql "$data" /run/mysqld
if [ ! -d "$data/mysql" ]; then
	mariadb-install-db --user=mysql --datadir="$data" --skip-test-db > /dev/null
fi
quoted() { printf '%s' "$1" | sed -e "s/[\\\\']/\\\\&/g"; }
first=/run/mysqld/first.sql
(
	umask 077
	{
		printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$MARIADB_DATABASE"
		printf "CREATE USER IF NOT EXISTS '%s'@'%%' IDENTIFIED BY '%s';\n" "$MARIADB_USER" "$(quoted "$MARIADB_PASSWORD")"
		printf "GRANT ALL ON \`%s\`.* TO '%s'@'%%';\n" "$MARIADB_DATABASE" "$MARIADB_USER"
	} > "$first"
)
chown mysql:mysql "$first"
exec mariadbd --user=mysql --datadir="$data" --bind-address=0.0.0.0 --init-file="$first" "$@"
