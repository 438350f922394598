//! Keys of tickets and of acting as somebody else, each seen at work.

use crate::keys::cases;
use crate::support::{Keyrack, refused};
use serde_json::json;

const ENABLED: (&str, &str) = ("deployment.impersonation.enabled", "true");

/// What whoever acts as ada sees after so many milliseconds, and what ada was told.
async fn acted(set: &[(&str, &str)], ms: i64) -> (Vec<String>, String) {
    let server = Keyrack::from_file(&[&[ENABLED], set].concat()).await;
    let (backend, ada) = (server.vouching().await, server.signed_up("ada").await);
    let jane = server.browser();
    jane.exchanges(&backend.ticket_to_act_as(&ada.user_id().await).await).await.ok();
    server.advance(ms);
    (jane.accounts().await, ada.get("/notifications").await.ok().to_string())
}

cases! {
    "deployment.lifetimes.ticket": async fn a_ticket_works_so_long() {
        for (set, is_over) in [(vec![(KEY, "\"1 minute\"")], true), (vec![], false)] {
            let server = Keyrack::from_file(&set).await;
            let (backend, ada) = (server.vouching().await, server.signed_up("ada").await);
            let ticket = backend.ticket_for(&ada.user_id().await).await;
            server.advance(60_000);
            let reply = server.browser().exchanges(&ticket).await;
            assert_eq!(reply.status, if is_over { 400 } else { 200 }, "{}", reply.text);
            let order = json!({ "kind": "sign_in", "user_id": ada.user_id().await, "expires_in": 61 });
            assert_eq!(backend.post("/admin/v1/tickets", order).await.status, reply.status);
        }
    }

    "deployment.impersonation.enabled": async fn people_act_as_others_where_the_file_lets_them() {
        assert_eq!(acted(&[], 0).await.0, ["ada*"]);
        let server = Keyrack::from_file(&[]).await;
        let (backend, user) = (server.vouching().await, server.signed_up("ada").await.user_id().await);
        let order = json!({ "kind": "impersonation", "user_id": user, "actor_id": "jane", "reason": "why" });
        let reply = backend.post("/admin/v1/tickets", order).await;
        assert_eq!((KEY.is_empty(), reply.refused()), (false, refused(403, "impersonation_disabled")));
    }

    "deployment.impersonation.lifetime": async fn acting_as_somebody_ends_after_so_long() {
        assert_eq!(acted(&[(KEY, "\"5 minutes\"")], 299_999).await.0, ["ada*"]);
        assert!(acted(&[(KEY, "\"5 minutes\"")], 300_000).await.0.is_empty());
        assert_eq!(acted(&[], 300_000).await.0, ["ada*"]);
    }

    "deployment.impersonation.mails_user": async fn a_user_is_mailed_unless_the_file_says_otherwise() {
        for (set, mailed) in [(vec![ENABLED], true), (vec![ENABLED, (KEY, "false")], false)] {
            let server = Keyrack::from_file(&set).await;
            let (backend, ada) = (server.vouching().await, server.signed_up("ada").await);
            server.browser().exchanges(&backend.ticket_to_act_as(&ada.user_id().await).await).await.ok();
            let told = server.mails("ada").await.iter().any(|mail| mail.mail.text.contains("case 17"));
            assert_eq!(told, mailed);
            // The one says nothing of the other.
            assert!(ada.get("/notifications").await.ok().to_string().contains("jane@support"));
        }
    }

    "deployment.impersonation.tells_user": async fn a_user_is_told_unless_the_file_says_otherwise() {
        assert!(acted(&[], 0).await.1.contains("jane@support"));
        assert!(!acted(&[(KEY, "false")], 0).await.1.contains("jane@support"));
    }
}
