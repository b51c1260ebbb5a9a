//! Services: real ones are probed, stopped, seen as down for the right reason, and seen again when they are back.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use crate::support::{Home, Process, seconds, until};

/// A server that is ended with the test.
struct Server(Child);

impl Server {
    /// Starts one and waits until its port answers, or says that the test is left out.
    fn start(port: u16, program: &str, arguments: &[&str]) -> Option<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let Ok(child) = command.spawn() else {
            println!("left out: no {program}");
            return None;
        };
        until(program, seconds(15), || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Some(Self(child))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[test]
fn redis_and_a_site_go_down_and_come_back() {
    let (cache, site) = (free_port(), free_port());
    let home = Home::new();
    let (folder, cache_port) = (home.at("").display().to_string(), cache.to_string());
    let redis_arguments = [
        "--port",
        &cache_port,
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        &folder,
    ];
    let listen = format!("127.0.0.1:{site}");
    let caddy_arguments = ["respond", "--listen", &listen, "--body", "all is well"];
    let Some(redis) = Server::start(cache, "redis-server", &redis_arguments) else {
        return;
    };
    let Some(caddy) = Server::start(site, "caddy", &caddy_arguments) else {
        return;
    };
    let probes = format!(
        "[[services]]\nname = \"cache\"\nprobe = \"redis\"\nhost = \"127.0.0.1\"\nport = {cache}\nevery = \"1s\"\n\
         [[services]]\nname = \"site\"\nprobe = \"http\"\nurl = \"http://{listen}/\"\ncontains = \"all is well\"\nevery = \"1s\"\n"
    );
    home.fleet(&probes);
    let mut pty = home.live();
    pty.keys("4")
        .wait_line(seconds(15), &["cache", "healthy"])
        .wait_line(seconds(15), &["site", "healthy"]);

    drop(caddy);
    pty.wait_line(seconds(20), &["○ site", "refused"]);
    pty.wait_line(seconds(1), &["cache", "healthy"]);
    // A program that has just begun has seen one failure: not down yet, and not well either.
    let status = home.run(&["status", "--json"]).json();
    assert_ne!(status["verdict"], "ok", "{status}");
    assert_eq!(status["services"]["healthy"], 1, "{status}");

    // Frozen, it still takes connections: only a probe that waits for an answer tells.
    Process(redis.0.id()).signal("STOP");
    pty.wait_line(seconds(30), &["○ cache"]);
    Process(redis.0.id()).signal("CONT");
    let _caddy = Server::start(site, "caddy", &caddy_arguments);
    pty.wait_line(seconds(20), &["cache", "healthy"])
        .wait_line(seconds(20), &["site", "healthy"]);
    pty.keys("1").wait_gone("site is down");
    assert_eq!(pty.quit(), 0);
}
