use super::*;

#[test]
fn durations_are_read_with_their_unit() {
    for (text, ms) in [("30 days", 2_592_000_000), ("7d", 604_800_000), ("10m", 600_000), ("60s", 60_000)] {
        assert_eq!(span(text), Ok(ms), "{text}");
    }
    for text in ["", "5", "five days", "-1s", "999999999999999y"] {
        assert!(span(text).unwrap_err().contains("is not a duration"), "{text}");
    }
}

#[test]
fn a_host_is_a_name_alone() {
    assert_eq!(host_name("Auth.Example.com").unwrap(), "auth.example.com");
    for text in ["https://a.b", "a.b:80", "a.b/c", "", "a b", "u@a.b"] {
        assert!(host_name(text).is_err(), "{text}");
    }
}

#[test]
fn a_page_stays_on_the_web() {
    for text in ["", "/bye", "https://a.b/c?d"] {
        assert!(page_url(text).is_ok(), "{text}");
    }
    for text in ["//evil.example", "/\\evil.example", "javascript:alert(1)", "bye"] {
        assert!(page_url(text).is_err(), "{text}");
    }
}

#[test]
fn a_mail_server_is_named_without_repeating_its_password() {
    assert!(smtp_url("smtp://u@mail.example.com:587?tls=required").is_ok());
    for text in
        ["mail.example.com:opensesame", "http://u:opensesame@h", "smtp://u:opensesame@h", "smtp://", ""]
    {
        assert!(!smtp_url(text).unwrap_err().contains("opensesame"), "{text}");
    }
}

#[test]
fn ids_names_networks_and_senders_are_checked() {
    assert!(id("demo-1").is_ok() && id("").is_err() && id("Demo").is_err() && id("a b").is_err());
    assert!(app_name("Acme").is_ok() && app_name("").is_err() && app_name("a\nBcc: b@c.d").is_err());
    assert_eq!(proxy("10.1.2.3").unwrap().to_string(), "10.1.2.3/32");
    assert!(proxy("fd00::/8").is_ok() && proxy("10.0.0.0/40").is_err());
    assert!(sender("Acme <a@example.com>").is_ok() && sender("Acme").is_err());
    assert!(sender("Keyrack <keyrack@localhost>").is_ok());
}

#[test]
fn a_path_has_a_slash_before_it_and_none_after_it() {
    for text in ["", "/keyrack", "/a/b", "/v1.0/auth_~-"] {
        assert_eq!(path(text), Ok(text.to_owned()));
    }
    for text in ["keyrack", "/", "/a/", "//a", "/a//b", "/../a", "/a b", "/a?b", "/a#b", "/%2e", "/ä"] {
        assert!(path(text).is_err(), "{text}");
    }
}

#[test]
fn entries_of_the_lists_are_addresses_or_domains() {
    assert_eq!(listed("Ada@Example.com"), Ok(Listed::Address("ada@example.com".to_owned())));
    assert_eq!(listed("BÜCHER.example"), Ok(Listed::Domain("xn--bcher-kva.example".to_owned())));
    assert_eq!(listed("*.example.com"), Ok(Listed::Below("example.com".to_owned())));
    for text in ["", "example", "@example.com", "*", "*.", "a.*.com", "https://example.com", "ada@"] {
        assert!(listed(text).is_err(), "{text}");
    }
}

#[test]
fn a_keyword_is_compared_however_it_was_typed() {
    assert_eq!(keyword(" ＡＤＭＩＮ "), Ok("admin".to_owned()));
    assert!(keyword("a").is_err() && keyword(&"a".repeat(51)).is_err());
}
