//! What is said of passkeys.

use super::*;

#[test]
fn passkeys_are_bound_to_the_origins_host_or_to_a_domain_of_ones_own_above_it() {
    let named = |rp_id: &str, expected: &[&str]| {
        with(&format!("[deployment.auth.passkey]\nenabled = true\nrp_id = {rp_id:?}"), expected);
    };
    named("auth.example.com", &[]);
    named("example.com", &[]);
    for wrong in ["com", "app.example.com", "x.auth.example.com", "ample.com", "example.org"] {
        let text = format!(
            "error keyrack.toml:12: rp_id {wrong:?} must be the origin's host \"auth.example.com\" or a domain of your own \
             above it; passkeys of another host can never be used there"
        );
        named(wrong, &[&text]);
    }
    // Where there are none it does not matter.
    with("[deployment.auth.passkey]\nrp_id = \"example.org\"", &[]);
}

#[test]
fn an_address_has_no_passkeys() {
    let address = GOOD.replace("auth.example.com", "192.0.2.1");
    let on = format!("{address}[deployment.auth.passkey]\nenabled = true\n");
    changed(
        &on,
        &[
            "error keyrack.toml:11: browsers bind passkeys to names, not to addresses like 192.0.2.1; give the origin a \
           name, or set enabled to false",
        ],
    );
    changed(&address, &[]);
}
