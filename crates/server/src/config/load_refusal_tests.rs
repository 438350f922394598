//! What is missing, and what arguments and variables cannot say.

use super::*;

#[test]
fn serve_names_what_is_missing() {
    let folder = Folder::with(GOOD);
    assert!(
        load(&folder.run(false), &without_key)
            .unwrap_err()
            .to_string()
            .starts_with("no master key; set KEYRACK_")
    );
    assert!(
        complaint_of(&GOOD.replace("[mail]", "").replace("smtp =", "# "))
            .contains("no mail server; add [mail]")
    );
    assert!(complaint_of(GOOD.split_once("[[").unwrap().0).contains("no deployment; add [[deployment]]"));
    assert!(
        complaint_of(&GOOD.replace("hosts", "# ")).contains(":8: the deployment has no hosts; add hosts = ")
    );
    assert!(complaint_of(&GOOD.replace("mail_from", "# ")).contains(":8: mail_from is missing"));
    let absent = Run { config: Some(PathBuf::from("/nowhere/k.toml")), ..Run::default() };
    assert!(load(&absent, &with_key).unwrap_err().to_string().starts_with("/nowhere/k.toml: cannot be read"));
}

#[test]
fn serve_without_a_file_says_where_one_may_be() {
    let mut problems = Vec::new();
    assert!(understand(&Run::default(), None, &mut problems).is_none());
    assert!(problems[0].to_string().starts_with("no configuration; name it with --config"));
}

#[test]
fn texts_of_the_pages_are_known_by_their_names_and_placeholders() {
    let own = |line: &str| {
        format!("{GOOD}\n[deployment.messages.de]\nsign_in_title = \"Hallo bei {{app}}\"\n{line}\n")
    };
    let good = Folder::with(&own("code_text = \"an {email}\""));
    let config = load(&good.run(false), &with_key).unwrap();
    assert_eq!(config.deployments[0].messages["de"]["code_text"], "an {email}");
    for (line, said) in [
        (
            "sign_in_titel = \"x\"",
            "keyrack.toml:17: sign_in_titel: the hosted pages have no text of this name",
        ),
        (
            "code_text = \"an {mail}\"",
            "keyrack.toml:17: code_text: it has no {mail}; known here: {email}, {app}",
        ),
        ("code_text = \"\"", "keyrack.toml:17: code_text: it is empty"),
    ] {
        let complaint = complaint_of(&own(line));
        assert!(complaint.starts_with(said), "{complaint}");
    }
}

#[test]
fn arguments_that_cannot_hold_are_refused() {
    let listen = |address: &str| Run { listen: Some(address.parse().unwrap()), ..dev() };
    let said = |run: &Run| load(run, &nothing).unwrap_err().to_string();
    assert!(
        said(&listen("0.0.0.0:4400")).starts_with("--listen: `keyrack dev` listens on this machine only")
    );
    assert!(said(&listen("127.0.0.1:0")).starts_with("--listen: 127.0.0.1:0 has no port"));
    assert!(said(&Run { virtual_clock: true, ..Run::default() }).starts_with("--virtual-clock works under"));
    let demo =
        |dev| Run { demo: vec![("leptos".to_owned(), PathBuf::from("nowhere"))], dev, ..Run::default() };
    assert!(said(&demo(false)).starts_with("--demo works under `keyrack dev` only"));
    assert!(said(&demo(true)).starts_with("--demo: nowhere has no index.html; build it first"));
    let folder = Folder::with(GOOD);
    assert!(
        said(&folder.run(true))
            .contains("keyrack.toml:2: listen: `keyrack dev` listens on this machine only")
    );
}

#[test]
fn variables_that_cannot_hold_are_refused_without_being_repeated() {
    let said = |pairs: &[(&str, &str)]| {
        let env = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
        let text = load(&dev(), &env).map(|_| String::new()).unwrap_or_else(|error| error.to_string());
        assert!(!text.contains("opensesame"), "{text}");
        text
    };
    assert!(
        said(&[("KEYRACK_DATABASE_URL", "mysql://u:opensesame@h/d")])
            .starts_with("KEYRACK_DATABASE_URL: the database's address must")
    );
    assert!(
        said(&[("KEYRACK_MASTER_KEY", "opensesame")])
            .starts_with("KEYRACK_MASTER_KEY: the master key is not 32")
    );
    let both = [("KEYRACK_MASTER_KEY", KEY), ("KEYRACK_MASTER_KEY_FILE", "f")];
    assert!(said(&both).contains("are both set; unset one"));
    assert_eq!(said(&[("KEYRACK_MASTER_KEY", ""), ("KEYRACK_DATABASE_URL", "")]), "");
}

#[test]
fn a_database_address_that_serve_cannot_use_is_refused_before_and_not_repeated() {
    for url in [
        "postgres://u:opensesame@h:99999/d",
        "postgres://u:opensesame@h/d?foo=bar",
        "postgres://u:opensesame@a b/d",
        "postgres://u:opensesame@h/d?port=x",
        "postgres://u:opensesame@h/d?sslmode=require",
        "postgres:///d",
    ] {
        let env = |name: &str| (name == "KEYRACK_DATABASE_URL").then(|| url.to_owned());
        let said = load(&dev(), &env).unwrap_err().to_string();
        assert!(said.starts_with("KEYRACK_DATABASE_URL: ") && !said.contains("opensesame"), "{url}: {said}");
    }
    for url in [
        "postgres://u:p%40ss@db.internal:5433/d",
        "postgresql://u@[::1]/d",
        "postgres:///d?host=/run/postgresql",
    ] {
        let env = |name: &str| (name == "KEYRACK_DATABASE_URL").then(|| url.to_owned());
        assert_eq!(load(&dev(), &env).unwrap().database_url.as_deref(), Some(url));
    }
}

#[test]
fn addresses_of_which_only_one_could_be_listened_on_are_refused() {
    let file = |listen: &str| GOOD.replace("\"0.0.0.0:80\"", listen);
    let said = |listen: &str| complaint_of(&file(listen));
    for listen in [
        r#"["127.0.0.1:80", "127.0.0.1:80"]"#,
        r#"["0.0.0.0:80", "127.0.0.1:80"]"#,
        r#"["127.0.0.1:80", "[::]:80"]"#,
    ] {
        assert!(said(listen).contains("cannot both be listened on"), "{listen}");
    }
    let folder = Folder::with(&file(r#"["0.0.0.0:80", "[::1]:80", "127.0.0.1:81"]"#));
    assert_eq!(load(&folder.run(false), &with_key).unwrap().listen.len(), 3);
}
