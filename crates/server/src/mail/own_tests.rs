use super::*;
use crate::config::Mode;

/// A deployment at https://auth.example.com with one application, and these texts.
fn with(texts: &[(&str, &str)]) -> Deployment {
    let mut config = Deployment::built_in(4400, Mode::Production);
    config.origin = Origin::parse("https://auth.example.com").unwrap();
    config.allowed_origins =
        vec!["https://auth.example.com".to_owned(), "https://app.example.com".to_owned()];
    config.templates = texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    config
}

fn text_with(body: &str) -> String {
    format!("{{% block subject %}}Hello{{% endblock %}}{{% block text %}}{body}{{% endblock %}}")
}

#[track_caller]
fn refused(path: &str, text: &str, said: &str) {
    let wrong = check(&with(&[(path, text)]));
    assert!(wrong.iter().any(|line| line.contains(said)), "{path}: {wrong:#?}");
}

#[test]
fn the_texts_that_are_built_in_pass_the_check_of_ones_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("messages");
    let mut config = with(&[]);
    config.templates = read(&folder).unwrap();
    assert_eq!(config.templates.len(), 2 * (2 * 15 + 1) + 1);
    assert_eq!(check(&config), Vec::<String>::new());
}

#[test]
fn a_text_of_ones_own_is_used_and_the_others_stay() {
    let config = with(&[
        ("sign_up_code/en.txt", &text_with("Welcome, {{ code }} is it. See https://app.example.com/help.")),
        ("layout.html", "<main>{{ app }}{% block content %}{% endblock %}</main>"),
    ]);
    assert_eq!(check(&config), Vec::<String>::new());
    let facts = [("code", "482913"), ("minutes", "10")];
    let mail =
        super::super::mail(&config, &super::super::SIGN_UP_CODE, ("en", "a@b.example"), &facts).unwrap();
    assert_eq!(
        (mail.subject.as_str(), mail.text.as_str()),
        ("Hello", "Welcome, 482913 is it. See https://app.example.com/help.\n")
    );
    assert!(mail.html.starts_with("<main>") && mail.html.contains("482913"), "{}", mail.html);
    let german =
        super::super::mail(&config, &super::super::SIGN_UP_CODE, ("de", "a@b.example"), &facts).unwrap();
    assert!(german.text.contains("registrieren"), "{}", german.text);
}

#[test]
fn a_message_in_a_language_of_ones_own_needs_all_its_forms() {
    refused("sign_up_note/fr.txt", &text_with("Bonjour"), "without sign_up_note/fr.html");
    let both = [
        ("sign_up_note/fr.txt", text_with("Bonjour")),
        ("sign_up_note/fr.html", "<p>Bonjour</p>".to_owned()),
    ];
    let both: Vec<(&str, &str)> = both.iter().map(|(path, text)| (*path, text.as_str())).collect();
    assert_eq!(check(&with(&both)), Vec::<String>::new());
}

#[test]
fn what_cannot_be_used_is_named_with_the_fix() {
    refused(
        "sign_up_code/en.txt",
        &text_with("{{ code }} for {{ name }}"),
        "sign_up_code/en.txt: it has no {{ name }}; known here: code, minutes, app",
    );
    refused("sign_up_code/en.txt", &text_with("{{ code }} {% if x"), "sign_up_code/en.txt:1: syntax error");
    refused("sign_up_code/en.txt", &text_with("{{ code }} {{ code|shout }}"), "unknown filter");
    refused("sign_up_code/en.txt", &text_with("Hello"), "sign_up_code/en.txt: {{ code }} is not in it");
    refused("sign_up_code/en.html", "<p>Hello</p>", "sign_up_code/en.html: {{ code }} is not in it");
    refused("sign_in_link/en.html", "<p>{{ code }}</p>", "sign_in_link/en.html: {{ link }} is not in it");
    refused("sign_up_code/en.txt", "{{ code }}", "sign_up_code/en.txt");
    refused("sign_up_code/en.txt", &text_with("{{ code }}").replace("Hello", ""), "(subject): it is empty");
    refused("sign_up_kode/en.txt", "x", "there is no such message; known are layout.html and sign_up_code, ");
    refused(
        "sign_up_code/english.txt",
        "x",
        "nothing reads this file; write a language and an ending as in en.txt and en.html",
    );
    refused("phone_code/en.txt", "x", "as in en.sms");
    refused("phone_code/en.sms", "Hello", "{{ code }} is not in it");
    refused("readme.md", "x", "there is no such message");
    refused("layout.html", "<p>{{ app }}</p>", "{{ code }} is not in it");
    refused("layout.html", "{{ code }}{% block content %}{% endblock %}", "it has no {{ code }}");
}

#[test]
fn no_link_leads_to_a_host_that_is_not_the_deployments() {
    for address in [
        "https://evil.example/",
        "http://auth.example.com/",
        "https://auth.example.com.evil.example/",
        "https://auth.example.com@evil.example/",
        "https://auth.example.com:8443/",
        "HTTPS://EVIL.EXAMPLE",
        "ftp://evil.example/x",
    ] {
        refused(
            "sign_up_code/en.txt",
            &text_with(&format!("{{{{ code }}}} {address}")),
            "leads to another host",
        );
        let html = format!("<p>{{{{ code }}}}</p><a href=\"{address}\">x</a>");
        refused("sign_up_code/en.html", &html, "leads to another host");
    }
    for html in [
        "<a href='//evil.example/x'>x</a>",
        "<img src=//evil.example/pixel.gif>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<img src=\"data:image/png;base64,AAAA\">",
        "<a HREF = \"/relative\">x</a>",
        "<div style=\"background:url(https://evil.example/x)\">",
        "{% if minutes == \"77\" %}<a href=\"https://evil.example\">x</a>{% endif %}",
    ] {
        let html = html.replace(" = ", "=");
        refused("sign_up_code/en.html", &format!("<p>{{{{ code }}}}</p>{html}"), "leads to another host");
    }
    for html in [
        "<a href=\"https://auth.example.com\">x</a>",
        "<img src='https://app.example.com/logo.png'>",
        "<a href=\"mailto:help@example.com\">x</a>",
        "<a href=\"#top\">x</a> and/or a//b",
    ] {
        let config = with(&[("sign_up_code/en.html", &format!("<p>{{{{ code }}}}</p>{html}"))]);
        assert_eq!(check(&config), Vec::<String>::new(), "{html}");
    }
}

#[test]
fn a_folder_is_read_two_levels_deep_and_what_an_editor_leaves_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("sign_up_note/en.txt", "x");
    write("sign_up_note/.en.txt.swp", "x");
    write("sign_up_note/en.txt~", "x");
    write(".git/config", "x");
    assert_eq!(read(folder.path()).unwrap().keys().collect::<Vec<_>>(), ["sign_up_note/en.txt"]);
    write("sign_up_note/old/en.txt", "x");
    assert!(read(folder.path()).unwrap_err().contains("old is no file"));
    assert!(read(&folder.path().join("nowhere")).unwrap_err().contains("cannot be read"));
}
