use super::*;
use crate::config::Mode;
use crate::world::World;

#[test]
fn a_link_leads_to_the_deployments_page_and_back_only_to_its_origins() {
    let mut config = Deployment::built_in(4400, Mode::Staging);
    config.allowed_origins.push("https://app.example.com".to_owned());
    let id = AttemptId::stored("att_1".to_owned());
    let of = |config: &Deployment, back: Option<&str>| address(config, (&id, "t"), back);
    assert_eq!(of(&config, None), "http://localhost:4400/magic-link?token=t&attempt=att_1");
    config.ui.magic_link_page_url = "https://app.example.com/in?a=b".to_owned();
    assert_eq!(of(&config, Some("x")), "https://app.example.com/in?a=b&token=t&attempt=att_1&redirect_uri=x");
    let good = "https://app.example.com/home?x=1";
    assert_eq!(back(&config, good), Some(good.to_owned()));
    for bad in [
        "https://evil.example/",
        "https://app.example.com.evil.example/",
        "https://app.example.com@evil.example/",
        "https://evil@app.example.com/",
        "//app.example.com/",
        "/home",
        "javascript:alert(1)",
        "",
    ] {
        assert_eq!(back(&config, bad), None, "{bad}");
    }
}

#[test]
fn the_code_beside_a_link_is_the_links_and_the_attempts_and_has_six_digits() {
    let vault = Vault::new(&[7; 32]).unwrap();
    let world = World::for_tests(1);
    let (one, other) = (AttemptId::draw(&world), AttemptId::draw(&world));
    let mut codes = std::collections::BTreeSet::new();
    for token in 0..200 {
        let code = code_of(&vault, &one, &token.to_string());
        assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()), "{code}");
        codes.insert(code);
    }
    assert!(codes.len() > 195, "{}", codes.len());
    assert_ne!(code_of(&vault, &one, "t"), code_of(&vault, &other, "t"));
    assert_ne!(code_of(&vault, &one, "t"), code_of(&Vault::new(&[8; 32]).unwrap(), &one, "t"));
}
