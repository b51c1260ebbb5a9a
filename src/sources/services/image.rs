//! What an image's name says of the program inside, for the images that fleets run most.

/// How a program that is known by its image is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// A web server: an HTTP request to the port that serves plain HTTP.
    Web,
    /// Redis or one of its kin.
    Redis,
    /// PostgreSQL or one of its kin.
    Postgres,
    /// `MySQL` or one of its kin: never asked. A connection without a login counts towards `max_connect_errors`, after
    /// which the server locks out the whole host, the operator's own programs with it.
    MySql,
    /// Any other: a connection.
    Other,
}

/// The ports on which web servers' images serve plain HTTP, the likeliest first.
pub const WEB_PORTS: [u16; 4] = [80, 8080, 8000, 3000];

impl Program {
    /// By an image's name as Docker writes it: `registry:port/path/name:tag@digest`.
    pub fn of(image: &str) -> Self {
        match base_name(image).to_ascii_lowercase().as_str() {
            "nginx" | "nginx-unprivileged" | "openresty" | "caddy" | "httpd" | "apache"
            | "traefik" => Self::Web,
            "redis" | "redis-stack" | "redis-stack-server" | "valkey" | "keydb" => Self::Redis,
            "postgres" | "postgresql" | "postgis" | "pgvector" | "timescaledb"
            | "timescaledb-ha" => Self::Postgres,
            "mysql" | "mysql-server" | "mariadb" | "percona" | "percona-server" => Self::MySql,
            _ => Self::Other,
        }
    }

    /// The port inside the container that its protocol uses, where there is one.
    pub const fn usual_port(self) -> Option<u16> {
        match self {
            Self::Redis => Some(6379),
            Self::Postgres => Some(5432),
            Self::Web | Self::MySql | Self::Other => None,
        }
    }
}

/// The last part of an image's name, without tag and digest.
fn base_name(image: &str) -> &str {
    let without_digest = image.split_once('@').map_or(image, |(name, _)| name);
    let last = without_digest
        .rsplit_once('/')
        .map_or(without_digest, |(_, last)| last);
    last.split_once(':').map_or(last, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_whole() {
        for (image, program) in [
            ("postgres", Program::Postgres),
            ("postgres:15-alpine", Program::Postgres),
            (
                "registry.example.com:5000/team/postgres:15@sha256:0123456789abcdef",
                Program::Postgres,
            ),
            ("docker.io/library/Redis:7", Program::Redis),
            ("caddy@sha256:0123456789abcdef", Program::Web),
            ("mariadb:11", Program::MySql),
            ("registry.example.com:5000/shop", Program::Other),
            ("postgres-exporter", Program::Other),
            ("nginx/nginx-prometheus-exporter", Program::Other),
            ("sha256:0123456789abcdef", Program::Other),
            ("", Program::Other),
        ] {
            assert_eq!(Program::of(image), program, "{image}");
        }
    }
}
