use super::{Browser, Keyrack};
use keyrack_server::config::teams::Kind;
use keyrack_server::id::UserId;
use keyrack_server::membership::{Role, store};
use keyrack_server::notification::{self, News};
use serde_json::{Value, json};

impl Browser {
    /// `GET /notifications` with this query: the notifications.
    pub async fn inbox(&self, query: &str) -> Vec<Value> {
        let page = self.get(&format!("/notifications?{query}")).await.ok();
        page["notifications"].as_array().unwrap().clone()
    }

    /// The kinds of what is in the inbox, in the order of the alphabet: within a millisecond two nodes' ids have none.
    pub async fn kinds(&self, query: &str) -> Vec<String> {
        let inbox = self.inbox(query).await;
        let mut kinds: Vec<String> =
            inbox.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
        kinds.sort();
        kinds
    }

    /// How much is unread of what is asked for.
    pub async fn unread(&self, query: &str) -> i64 {
        self.get(&format!("/notifications/scope-unread?{query}")).await.ok()["count"].as_i64().unwrap()
    }

    /// Does something with one notification; gives it as it is then.
    pub async fn marks(&self, id: &str, what: &str, body: Value) -> Value {
        self.post(&format!("/notifications/{id}/{what}"), body).await.ok()
    }

    pub async fn reads_all(&self, query: &str) -> i64 {
        let read = self.post(&format!("/notifications/mark-all-read?{query}"), json!({})).await.ok();
        read["affected"].as_i64().unwrap()
    }
}

impl Keyrack {
    /// Tells a user something so many times: of a place as who is a member there, otherwise of a new device.
    pub async fn tells(&self, user: &str, place: Option<&str>, count: usize) {
        // Few at a time: on a machine that is busy many take longer than a change is waited for.
        for begin in (0..count).step_by(50) {
            let (site, now) = (self.app.sites[0].clone(), self.app.world.clock.now_ms());
            let (user, place) = (UserId::stored(user.to_owned()), place.map(str::to_owned));
            let told = self.app.db.write(move |tx| {
                let place = place.as_deref().map(|id| {
                    let kind = if id.starts_with("wsp_") { Kind::Workspace } else { Kind::Organization };
                    let place = store::find(tx, &site.config.id, (kind, id))?.expect("a place");
                    let membership = store::member(tx, &place, user.as_str())?.expect("a member").id;
                    Ok::<_, keyrack_server::error::Error>((place, membership))
                });
                let place = place.transpose()?;
                let role = Role {
                    id: "rol_org_member".to_owned(),
                    own: false,
                    name: "Member".to_owned(),
                    permissions: Vec::new(),
                    created_at: 0,
                    updated_at: 0,
                };
                for n in begin..count.min(begin + 50) {
                    let news = match &place {
                        None => News::NewDevice { user_agent: "curl", ip_address: "192.0.2.7" },
                        Some((at, membership)) if n % 2 == 0 => {
                            News::RoleGiven { at, membership, role: &role }
                        }
                        Some((at, membership)) => News::RoleTaken { at, membership, role: &role },
                    };
                    notification::write(tx, &site, &user, &news, now)?;
                }
                Ok(())
            });
            told.await.unwrap();
        }
    }
}
