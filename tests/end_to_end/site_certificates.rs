//! A site whose certificate comes over ACME from an authority beside it: a web server with a directory of its own on this
//! machine, which looks at the site as any authority does.

use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};

use crate::support::{DEPLOYMENT, Home, Sandbox, seconds, until};

const DOMAIN: &str = "shop.example.com";

/// The image of the sandbox's hosts, which has a web server.
const IMAGE: &str = "wheelhouse-sandbox-host";

fn docker(arguments: &[&str]) -> (String, bool) {
    let output = Command::new("docker").args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (text, output.status.success())
}

/// An authority on an address of this machine that hosts reach.
struct Authority {
    name: String,
    address: String,
    port: u16,
}

impl Authority {
    /// Lays down its certificate, its key and its configuration in a folder; it does not run yet.
    fn new(home: &Home) -> Self {
        let name = format!("wheelhouse-test-authority-{}", std::process::id());
        assert!(docker(&["network", "create", &name]).1, "a network");
        let format = "{{(index .IPAM.Config 0).Gateway}}";
        let (address, _) = docker(&["network", "inspect", "--format", format, &name]);
        let port = TcpListener::bind((address.as_str(), 0)).unwrap();
        let port = port.local_addr().unwrap().port();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Test Authority");
        let root = params.self_signed(&key).unwrap();
        let folder = home.at("authority");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("root.crt"), root.pem()).unwrap();
        fs::write(folder.join("root.key"), key.serialize_pem()).unwrap();
        let configuration = format!(
            "{{\n\tadmin off\n\tdefault_bind {address}\n\tskip_install_trust\n\tpki {{\n\t\tca local {{\n\t\t\troot {{\n\
             \t\t\t\tcert /authority/root.crt\n\t\t\t\tkey /authority/root.key\n\t\t\t}}\n\t\t}}\n\t}}\n}}\n\
             https://{address}:{port} {{\n\ttls internal\n\tacme_server\n}}\n"
        );
        fs::write(folder.join("Caddyfile"), configuration).unwrap();
        Self {
            name,
            address,
            port,
        }
    }

    fn directory(&self) -> String {
        format!(
            "https://{}:{}/acme/local/directory",
            self.address, self.port
        )
    }

    /// Runs it, once the sandbox has made the image, with the site's name at the address of its server.
    fn run(&self, home: &Home, site: &str) {
        let format = "{{.Repository}}:{{.Tag}}";
        let image = until("the image of hosts", seconds(600), || {
            let (images, _) = docker(&["images", "--format", format, IMAGE]);
            images.lines().next().map(str::to_owned)
        });
        let run = [
            "create",
            "--name",
            &self.name,
            "--network",
            "host",
            &image,
            "caddy",
            "run",
            "--config",
            "/authority/Caddyfile",
            "--adapter",
            "caddyfile",
        ];
        assert!(docker(&run).1, "the authority is made");
        let folder = home.at("authority").display().to_string();
        assert!(docker(&["cp", &folder, &format!("{}:/authority", self.name)]).1);
        assert!(docker(&["start", &self.name]).1, "the authority runs");
        let entry = format!("echo '{site} {DOMAIN}' >> /etc/hosts");
        assert!(docker(&["exec", &self.name, "sh", "-c", &entry]).1);
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.name]);
        docker(&["network", "rm", &self.name]);
    }
}

#[test]
fn a_site_is_served_with_a_certificate_of_the_authority_that_is_named() {
    let home = Home::new();
    let Some(sandbox) = Sandbox::with_hosts(&home) else {
        return;
    };
    let authority = Authority::new(&home);
    let root = home.at("authority/root.crt").display().to_string();
    let named = format!(
        "certificates = \"acme\"\nacme = \"{}\"\nacme_ca_file = \"{root}\"\n",
        authority.directory()
    );
    home.fleet(
        &sandbox
            .fleet()
            .replace("certificates = \"internal\"\n", &named),
    );
    let folder = home.at("site");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.html"), "first edition").unwrap();
    let path = folder.display().to_string();
    let deploy = ["deploy", DOMAIN, &path, "--affiliate", "harbor", "--yes"];
    thread::scope(|scope| {
        scope.spawn(|| {
            let address = until("a server", seconds(60), || {
                let inventory = sandbox.inventory();
                let server = inventory["hetzner"]["servers"].as_array()?.first()?.clone();
                let address = server["public_net"]["ipv4"]["ip"].as_str();
                address.map(str::to_owned)
            });
            authority.run(&home, &address);
        });
        let deployed = home.run_within(DEPLOYMENT, &deploy);
        assert_eq!(deployed.code, 0, "{deployed:?}");
    });
    let site = home.run(&["sites", DOMAIN, "--json"]).json();
    let address = site["address"].as_str().unwrap().to_owned();
    // A visitor who knows this authority and no other.
    let visit = || {
        let output = Command::new("curl")
            .args(["-sSv", "--max-time", "10", "--cacert", &root, "--resolve"])
            .arg(format!("{DOMAIN}:443:{address}"))
            .arg(format!("https://{DOMAIN}/"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert_eq!(visit(), "first edition");
    // Another one is fetched, and seen to be served.
    let renewed = home.run_within(DEPLOYMENT, &["site", "renew", DOMAIN, "--yes"]);
    assert_eq!(renewed.code, 0, "{renewed:?}");
    assert_eq!(visit(), "first edition");
}
