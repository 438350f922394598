use super::*;
use crate::config::Mode;

fn deployment() -> Deployment {
    Deployment { app_name: "A & B".to_owned(), ..Deployment::built_in(4400, Mode::Staging) }
}

/// A fact as whoever tries a text fills it in.
fn fact(name: &'static str) -> &'static str {
    match name {
        "code" => "482913",
        "link" => "http://localhost:4400/x?token=a.b",
        "minutes" | "days" => "10",
        "change" => "email_added",
        "detail" => "<ada@example.com>",
        name => name,
    }
}

fn written(message: &Message, language: &str) -> Mail {
    let facts: Vec<(&str, &str)> = message.facts.iter().map(|name| (*name, fact(name))).collect();
    mail(&deployment(), message, (language, "ada@example.com"), &facts).unwrap()
}

#[test]
fn every_message_is_written_in_every_language_and_all_forms_have_what_must_be_in_them() {
    for message in MESSAGES.into_iter().filter(|message| !message.is_sms) {
        let mut subjects = Vec::new();
        for language in source::BUILT_IN {
            let mail = written(message, language);
            assert_eq!(mail.language, language, "{}", message.name);
            for name in message.must {
                for part in [&mail.text, &mail.html] {
                    assert!(part.contains(fact(name)), "{} {language}: no {name} in {part}", message.name);
                }
            }
            assert!(mail.html.contains(&format!("<html lang=\"{language}\">")), "{}", mail.html);
            assert!(mail.html.contains("A &amp; B") && mail.text.ends_with(".\n"), "{}", mail.text);
            assert!(!mail.text.contains("&amp;") && !mail.html.contains("{{"), "{}", mail.text);
            subjects.push(mail.subject);
        }
        subjects.dedup();
        assert_eq!(subjects.len(), source::BUILT_IN.len(), "{}: {subjects:?}", message.name);
    }
}

#[test]
fn a_text_message_is_short_enough_for_one_and_has_its_code_first() {
    for language in source::BUILT_IN {
        let facts = [("code", "482913"), ("minutes", "10")];
        let sms = sms(&deployment(), &PHONE_CODE, (language, "+15550100"), &facts).unwrap();
        assert!(sms.text.starts_with("482913 ") && sms.text.contains("A & B"), "{}", sms.text);
        assert!(sms.text.chars().count() <= 160 && !sms.text.contains('\n'), "{}", sms.text);
        assert_eq!(
            (sms.to.as_str(), sms.code.as_deref(), sms.language.as_str()),
            ("+15550100", Some("482913"), language)
        );
    }
}

#[test]
fn every_change_of_an_account_is_said_in_its_own_words() {
    for language in source::BUILT_IN {
        let mut said = std::collections::BTreeSet::new();
        for change in CHANGES {
            let facts = [
                ("change", change),
                ("detail", "x"),
                ("time", "now"),
                ("browser", "Firefox"),
                ("device", ""),
                ("address", "192.0.2.7"),
            ];
            let mail = mail(&deployment(), &ACCOUNT_CHANGED, (language, "ada@example.com"), &facts).unwrap();
            let line =
                mail.text.lines().find_map(|line| line.strip_prefix("  ")).unwrap_or_default().to_owned();
            assert!(
                !line.is_empty() && !["Something", "Etwas"].iter().any(|other| line.starts_with(other)),
                "{change}"
            );
            assert!(said.insert(line), "{change}");
        }
    }
}

#[test]
fn what_is_filled_in_is_text_in_every_form_and_a_subject_has_one_line() {
    let facts = [
        ("inviter", "<b>\"Eve\"</b> & 'Co'\r\nBcc: a@b"),
        ("organization", "{{ code }}"),
        ("workspace", ""),
        ("link", "http://localhost:4400/invite?token=a&b=c"),
        ("days", "0"),
        ("hours", "1"),
    ];
    let mail = mail(&deployment(), &INVITATION, ("en", "ada@example.com"), &facts).unwrap();
    assert!(mail.html.contains("&lt;b&gt;&quot;Eve&quot;&lt;/b&gt; &amp; &#39;Co&#39;"), "{}", mail.html);
    assert!(mail.html.contains("href=\"http://localhost:4400/invite?token=a&amp;b=c\""), "{}", mail.html);
    assert!(mail.html.contains("{{ code }}") && mail.text.contains("for one hour"), "{}", mail.text);
    assert_eq!(mail.subject, "<b>\"Eve\"</b> & 'Co' Bcc: a@b invites you to {{ code }}");
}

#[test]
fn a_message_without_one_of_its_facts_is_not_written_and_its_values_are_not_told() {
    let error =
        mail(&deployment(), &SIGN_UP_CODE, ("en", "ada@example.com"), &[("code", "482913")]).unwrap_err();
    let told = unwritten(&SIGN_UP_CODE, &error).to_string();
    assert!(told.contains("sign_up_code") && !told.contains("482913"), "{told}");
}

#[test]
fn a_region_is_written_to_in_its_language_and_others_in_english() {
    let of = |language| written(&SIGN_UP_NOTE, language).language;
    assert_eq!([of("de-AT"), of("fr"), of("en-GB"), of("")], ["de", "en", "en", "en"]);
    let config = deployment();
    assert_eq!(language(&config, "fr-CH, de;q=0.8, en;q=0.5"), "de");
    let mut own = deployment();
    own.templates.insert("sign_up_note/fr.txt".to_owned(), String::new());
    assert_eq!(language(&own, "fr-CH, de;q=0.8"), "fr");
}

#[test]
fn k09_no_name_is_made_a_link() {
    for (name, shown) in [
        ("Acme Inc.", "Acme Inc."),
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("evil.com", "evil. com"),
        ("https://evil.example/x", "https: / / evil. example/ x"),
        ("www\u{3002}evil\u{ff0e}com", "www\u{3002} evil\u{ff0e} com"),
        ("a@evil.com", "a@ evil. com"),
    ] {
        assert_eq!(harmless(name), shown);
    }
}

#[test]
fn a_link_leads_to_the_page_that_the_deployment_has_and_keeps_what_its_address_says() {
    let config = Deployment { path: "/keyrack".to_owned(), ..deployment() };
    for (page, leads) in [
        ("", "http://localhost:4400/keyrack/invite?token=org.1"),
        ("/join", "http://localhost:4400/join?token=org.1"),
        ("https://app.example.com/join?a=b#c", "https://app.example.com/join?a=b&token=org.1#c"),
        ("https://app.example.com", "https://app.example.com/?token=org.1"),
    ] {
        assert_eq!(link(&config, (page, "invite"), &[("token", "org.1")]), leads);
    }
}

#[test]
fn a_long_name_is_cut_in_a_subject_and_a_time_is_whole() {
    assert_eq!(template::short(&"ä".repeat(60)), "ä".repeat(60));
    assert_eq!(template::short(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
    for (ms, said) in [(864_000_000, ("10", "240")), (90_000_000, ("0", "25")), (3_600_000, ("0", "1"))] {
        assert_eq!(span(ms), (said.0.to_owned(), said.1.to_owned()));
    }
}
