//! A membership that ends, or is worth nothing any more, on one node; used on the other at once, and seen on its streams.

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::restrictions::{HOME, OFFICE, behind_a_proxy, restricts};
use crate::support::{Browser, Events, Keyrack, Reply, SECOND, claims, within};
use serde_json::{Value, json};
use std::time::Duration;

const ROUNDS: usize = 50;

/// What somebody is answered who does everything at once that may not go any more.
struct Tried {
    read: Reply,
    minted: Reply,
    switched: Reply,
    called: Reply,
}

impl Tried {
    async fn at_once(browser: &Browser, acme: &str) -> Self {
        let members = format!("/organizations/{acme}/members");
        let switch = json!({ "organization_id": acme });
        let (read, minted, switched, called) = tokio::join!(
            browser.get("/session"),
            browser.get("/session/token"),
            browser.post("/session/switch-organization", switch),
            browser.get(&members)
        );
        Self { read, minted, switched, called }
    }

    /// None of it may have gone: the read shows nothing, the mint is for no organization or refused by one of these codes,
    /// and the others are refused.
    fn fails(&self, round: usize, codes: &[&str]) {
        let shown = self.read.ok()["active_signin"].clone();
        assert_eq!(shown["active_organization_membership_id"], Value::Null, "round {round}: it is shown");
        assert_ne!(shown["id"], Value::Null, "round {round}: the sign-in has ended");
        match self.minted.status {
            200 => {
                let claims = claims(self.minted.ok()["token"].as_str().unwrap());
                assert_eq!(claims["organization"], Value::Null, "round {round}: a token");
            }
            _ => assert!(codes.contains(&self.minted.refused().1.as_str()), "round {round}"),
        }
        for reply in [&self.switched, &self.called] {
            assert!(codes.contains(&reply.refused().1.as_str()), "round {round}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn j01_whoever_was_removed_on_one_node_reads_mints_switches_and_calls_on_the_other_in_none_of_50_rounds()
 {
    let server = Keyrack::start().await;
    let second = server.second_node().await;
    let (ada, bob, acme) = acme(&server).await;
    let user = bob.user_id().await;
    let there = bob.copied_to(second.as_ref().unwrap_or(&server));
    for round in 0..ROUNDS {
        bob.switches_organization(&acme).await;
        // The other node has it in memory.
        assert_ne!(there.stands().await[0], Value::Null);
        ada.post(&format!("/organizations/{acme}/members/{user}/remove"), json!({})).await.ok();
        Tried::at_once(&there, &acme).await.fails(round, &["organization_not_found"]);
        server.join(&acme, &user, &[MEMBER]).await;
    }
}

#[tokio::test]
async fn whoever_a_new_restriction_keeps_out_reads_mints_switches_and_calls_on_the_other_in_none_of_50_rounds()
 {
    let server = behind_a_proxy().await;
    let second = server.second_node().await;
    let (ada, bob, acme) = acme(&server).await;
    server.second_factor(&ada.user_id().await, true).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(HOME));
    let there = bob.copied_to(second.as_ref().unwrap_or(&server));
    let path = format!("/organizations/{acme}");
    for round in 0..ROUNDS {
        bob.switches_organization(&acme).await;
        assert_ne!(there.stands().await[0], Value::Null);
        // In turn an address that he does not have, and a second factor.
        let code = if round % 2 == 0 {
            restricts(&ada, &path, &["10.0.0.0/8"]).await;
            "address_not_allowed"
        } else {
            ada.post(&format!("{path}/update"), json!({ "enforce_mfa": true })).await.ok();
            "organization_requires_mfa"
        };
        Tried::at_once(&there, &acme).await.fails(round, &[code]);
        let off = json!({ "enable_ip_restriction": false, "enforce_mfa": false });
        ada.post(&format!("{path}/update"), off).await.ok();
    }
    // Ada, who met all of it, was never out.
    assert_ne!(ada.stands().await[0], Value::Null);
}

#[tokio::test]
async fn a_switch_and_a_new_restriction_at_once_leave_nobody_standing_where_he_may_not() {
    let server = behind_a_proxy().await;
    let second = server.second_node().await;
    let (ada, bob, acme) = acme(&server).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(HOME));
    let there = bob.copied_to(second.as_ref().unwrap_or(&server));
    let path = format!("/organizations/{acme}");
    for round in 0..ROUNDS {
        let switch = json!({ "organization_id": acme });
        let (switched, _) = tokio::join!(
            there.post("/session/switch-organization", switch),
            restricts(&ada, &path, &["10.0.0.0/8"])
        );
        assert!(switched.status == 200 || switched.refused().1 == "address_not_allowed", "round {round}");
        Tried::at_once(&bob, &acme).await.fails(round, &["address_not_allowed"]);
        ada.post(&format!("{path}/update"), json!({ "enable_ip_restriction": false })).await.ok();
    }
}

/// That the next event of each stream comes within a second, and says why: that of the other node unless the comparison
/// that comes by every 15 seconds has found it in the moment before the notice. Whether it said so.
async fn soon(streams: &mut [Events], reason: &str) -> bool {
    let mut is_said = true;
    for (node, events) in streams.iter_mut().enumerate() {
        let (_, told) = within(SECOND, events.session()).await.expect("a second has passed");
        assert!(told == reason || node == 1 && told == "current", "{told}, not {reason}, on node {node}");
        is_said &= told == reason;
    }
    is_said
}

/// Streams of a browser on both nodes, once the nodes hear each other: `change` is what bob is told of.
async fn followed(bob: &Browser, second: Option<&Keyrack>, change: impl AsyncFn()) -> Vec<Events> {
    let mut streams = vec![bob.follows().await];
    let Some(second) = second else { return streams };
    let mut there = bob.copied_to(second).follows().await;
    let heard = async {
        loop {
            change().await;
            streams[0].session().await;
            let told = tokio::time::timeout(Duration::from_millis(200), there.session()).await;
            if told.is_ok_and(|(_, reason)| reason == "changed") {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), heard).await.expect("the nodes do not hear each other");
    // Ones that have told nothing yet.
    vec![bob.follows().await, bob.copied_to(second).follows().await]
}

#[tokio::test]
async fn a_role_a_restriction_and_a_removal_reach_the_members_streams_on_each_node_within_a_second() {
    let server = behind_a_proxy().await;
    let second = server.second_node().await;
    let (ada, bob, acme) = acme(&server).await;
    let (ada, bob) = (ada.at(OFFICE), bob.at(OFFICE));
    let path = format!("/organizations/{acme}");
    let bobs = ada.membership(&path, "bob").await;
    bob.switches_organization(&acme).await;
    let role = async |what: &str| {
        ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/{what}"), json!({})).await.ok();
    };
    let toggled = std::sync::atomic::AtomicBool::new(false);
    let toggle = async || {
        let was = toggled.fetch_xor(true, std::sync::atomic::Ordering::SeqCst);
        role(if was { "remove" } else { "add" }).await;
    };
    let mut streams = followed(&bob, second.as_ref(), toggle).await;
    let mut found = 0;
    // Told once for what changes, not for what does not.
    for what in ["remove", "add", "add", "remove"] {
        let before = bob.get("/session?poll=1").await.ok()["revision"].clone();
        role(what).await;
        if bob.get("/session?poll=1").await.ok()["revision"] != before {
            found += usize::from(!soon(&mut streams, "changed").await);
        }
    }
    // A restriction that he meets, and one that he does not.
    restricts(&ada, &path, &["10.0.0.0/8"]).await;
    found += usize::from(!soon(&mut streams, "changed").await);
    let stands = bob.stands().await;
    assert_ne!(stands[0], Value::Null);
    server.second_factor(&ada.user_id().await, true).await;
    ada.post(&format!("{path}/update"), json!({ "enforce_mfa": true })).await.ok();
    found += usize::from(!soon(&mut streams, "scope_ended").await);
    assert_eq!(bob.stands().await, [Value::Null, Value::Null]);
    // Also whoever stands elsewhere is told that there is a membership less.
    ada.post(&format!("{path}/members/{bobs}/remove"), json!({})).await.ok();
    found += usize::from(!soon(&mut streams, "membership_ended").await);
    assert!(found <= 2, "{found} changes were told by no notice");
}
