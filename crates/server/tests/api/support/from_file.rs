use super::Keyrack;
use keyrack_server::cli::Run;
use keyrack_server::config::{self, Config, PasswordHashing};

/// A whole file for one deployment on `port` of this machine, with these keys set: full name, then the value as
/// it is written.
pub fn file_with(port: u16, keys: &[(&str, &str)]) -> String {
    let id = format!("\"k{:x}\"", u64::from_be_bytes(keyrack_server::world::Random::System.bytes()));
    let origin = format!("\"http://127.0.0.1:{port}\"");
    let base = [
        ("mail.smtp", "\"smtps://mail.example.com\""),
        ("deployment.id", &id),
        ("deployment.mode", "\"staging\""),
        ("deployment.origin", &origin),
        ("deployment.hosts", "[\"127.0.0.1\"]"),
        ("deployment.mail_from", "\"a@example.com\""),
    ];
    let base = base.into_iter().filter(|(key, _)| !keys.iter().any(|(set, _)| set == key));
    let mut all: Vec<(&str, &str)> = base.chain(keys.iter().copied()).collect();
    // Tables come one after the other, those of the whole file first, each after the one around it.
    let rank = |table: &str| (table.starts_with("deployment"), table.matches('.').count(), table.to_owned());
    all.sort_by_key(|(key, _)| rank(table_of(key)));
    let (mut text, mut table) = (String::new(), "");
    for (key, value) in all {
        if table_of(key) != table {
            table = table_of(key);
            text += &if is_list(table) { format!("[[{table}]]\n") } else { format!("[{table}]\n") };
        }
        let name = key.rsplit('.').next().unwrap();
        text += &format!("{name} = {value}\n");
    }
    text.replace("{port}", &port.to_string())
}

/// Whether there may be several such tables.
fn is_list(table: &str) -> bool {
    ["deployment", "deployment.webhook", "deployment.token_template"].contains(&table)
}

fn table_of(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(table, _)| table)
}

impl Keyrack {
    /// One that runs what a file with these keys says; mail is captured unless the file's server is of this machine, and so
    /// are text messages unless what sends them may be.
    pub async fn from_file(keys: &[(&str, &str)]) -> Self {
        Self::start_configured(|config| {
            let loaded = load(&file_with(config.listen[0].port(), keys));
            config.deployments = loaded.deployments;
            config.deployments[0].password_hashing = PasswordHashing::CheapForTests;
            config.trusted_proxies = loaded.trusted_proxies;
            config.geoip_file = loaded.geoip_file;
            config.max_streams = loaded.max_streams;
            config.nameservers = loaded.nameservers;
            if keys.iter().any(|(key, _)| key.starts_with("mail.")) {
                config.mail = loaded.mail;
            }
            if keys.iter().any(|(key, _)| *key == "sms.private_addresses") {
                config.sms = loaded.sms;
            }
        })
        .await
    }
}

/// Loads a file as `keyrack serve` does.
fn load(text: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyrack.toml");
    std::fs::write(&path, text).unwrap();
    let env = |name: &str| (name == "KEYRACK_MASTER_KEY").then(|| super::MASTER_KEY.to_owned());
    config::load(&Run { config: Some(path), ..Run::default() }, &env)
        .unwrap_or_else(|problem| panic!("{problem}\n{text}"))
}
