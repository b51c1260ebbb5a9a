#!/bin/sh
# Stands in for the official image of WordPress in the provider sandbox: Debian's WordPress, served by PHP itself. Takes
# WORDPRESS_DB_HOST, _NAME, _USER and _PASSWORD; what is mounted below wp-content stays.
set -eu
mkdir -p /var/www/html
if [ ! -e /var/www/html/index.php ]; then
	cp --recursive --dereference --no-clobber /usr/share/wordpress/. /var/www/html/ 2> /dev/null || :
	mkdir -p /var/www/html/wp-content/uploads
	chown www-data:www-data /var/www/html/wp-content/uploads
fi
export PHP_CLI_SERVER_WORKERS=4
exec setpriv --reuid=www-data --regid=www-data --clear-groups php -S 0.0.0.0:80 -t /var/www/html
