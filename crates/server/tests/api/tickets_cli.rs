//! `keyrack ticket`, the real binary against the real binary.

use crate::support::Running;
use serde_json::json;

#[tokio::test]
async fn a_ticket_is_made_used_listed_and_taken_back() {
    let server = Running::dev("warn");
    let user =
        server.json("user create --email ada@example.com --no-password")["id"].as_str().unwrap().to_owned();
    let made = server.keyrack("ticket create sign_in --user ada@example.com --expires-in 60");
    assert_eq!(made.code, Some(0), "{made:?}");
    let ticket = made.out[0].clone();
    assert!(ticket.starts_with("tkt_") && made.out.join(" ").contains("/sign-in?ticket="), "{made:?}");
    let exchange = async || {
        let url = format!("{}/session/ticket/exchange", server.base);
        let sent = crate::support::client().post(url).json(&json!({ "ticket": ticket })).send();
        sent.await.unwrap().status().as_u16()
    };
    assert_eq!((exchange().await, exchange().await), (200, 400));
    let open = server.json("ticket create sign_in --user ada@example.com");
    let listed = server.keyrack("ticket list");
    assert!(listed.out.len() == 2 && listed.out[1].contains(&user), "{listed:?}");
    assert!(!listed.out.join(" ").contains(&open["ticket"].as_str().unwrap()[30..]));
    let id = open["id"].as_str().unwrap();
    assert_eq!(server.keyrack(&format!("ticket revoke {id}")).out, [format!("{id} opens nothing any more.")]);
    assert!(server.refuses(&format!("ticket revoke {id}")).1.contains("taken back"));
    // Who acts must be said, and the built-in deployment lets nobody.
    assert_eq!(server.keyrack("ticket create impersonation --user ada@example.com").code, Some(2));
    let (_, said) =
        server.refuses("ticket create impersonation --user ada@example.com --actor jane --reason case-17");
    assert!(said.contains("impersonation.enabled"), "{said}");
}
