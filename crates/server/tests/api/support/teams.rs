use super::{Browser, Keyrack};
use keyrack_server::audit::By;
use keyrack_server::config::teams::Kind;
use keyrack_server::id::{MembershipId, OrganizationId, UserId};
use keyrack_server::membership::{Place, role, store};
use keyrack_server::organization::join::{Joined, Newcomer, join};
use keyrack_server::session::scope;
use keyrack_server::user;
use serde_json::{Value, json};

impl Browser {
    /// Makes an organization and stands in it; gives its id.
    pub async fn founds(&self, name: &str) -> String {
        let made = self.post("/organizations", json!({ "name": name })).await.ok();
        made["organization"]["id"].as_str().unwrap().to_owned()
    }

    /// Makes a workspace and stands in it; gives its id.
    pub async fn founds_in(&self, organization: &str, name: &str) -> String {
        let body = json!({ "name": name, "organization_id": organization });
        let made = self.post("/workspaces", body).await.ok();
        made["workspace"]["id"].as_str().unwrap().to_owned()
    }

    /// The ids of the user's memberships in this place, as the place's members see it.
    pub async fn membership(&self, path: &str, name: &str) -> String {
        let page = self.get(&format!("{path}/members?limit=100&search={name}@")).await.ok();
        page["data"][0]["id"].as_str().unwrap_or_else(|| panic!("{name} is in no {path}: {page}")).to_owned()
    }

    /// The memberships by which the active sign-in acts.
    pub async fn stands(&self) -> [Value; 2] {
        let active = self.session().await["active_signin"].clone();
        [
            active["active_organization_membership_id"].clone(),
            active["active_workspace_membership_id"].clone(),
        ]
    }

    pub async fn switches_organization(&self, id: &str) -> Value {
        self.post("/session/switch-organization", json!({ "organization_id": id })).await.ok()
    }

    pub async fn switches_workspace(&self, id: &str) -> Value {
        self.post("/session/switch-workspace", json!({ "workspace_id": id })).await.ok()
    }

    /// What a token of the active sign-in says.
    pub async fn claims(&self) -> Value {
        super::claims(self.get("/session/token").await.ok()["token"].as_str().unwrap())
    }

    /// Invites `name`@example.com to an organization, with what else the body says; gives the invitation.
    pub async fn invites(&self, organization: &str, name: &str, body: Value) -> Value {
        self.post(&format!("/organizations/{organization}/invitations"), invitation_form(name, body))
            .await
            .ok()
    }

    /// Accepts with a token; what is said of it.
    pub async fn accepts(&self, token: &str) -> Value {
        self.post("/organizations/invitations/accept", json!({ "token": token })).await.ok()
    }

    /// What a token is worth.
    pub async fn validates(&self, token: &str) -> Value {
        self.post("/deployment/invitations/validate", json!({ "token": token })).await.ok()
    }

    /// The open invitations of an organization.
    pub async fn invitations(&self, organization: &str) -> Vec<Value> {
        let list = self.get(&format!("/organizations/{organization}/invitations")).await.ok();
        list.as_array().unwrap().clone()
    }

    /// The id of the active sign-in's user.
    pub async fn user_id(&self) -> String {
        self.get("/me").await.ok()["id"].as_str().unwrap().to_owned()
    }
}

/// What invites `name`@example.com.
pub fn invitation_form(name: &str, body: Value) -> Value {
    let mut form = json!({ "email": format!("{name}@example.com") });
    form.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    form
}

impl Keyrack {
    /// The token in the newest invitation to `name`@example.com.
    pub async fn token(&self, name: &str) -> String {
        let mails = self.mails(name).await.into_iter().rev();
        let link = mails.filter_map(|mail| mail.mail.link).next().expect("a mail with a link");
        let (page, token) = link.split_once("?token=").unwrap();
        assert!(page.ends_with("/invite"), "{link}");
        token.to_owned()
    }

    /// Makes the user of a browser a member with these roles, as an accepted invitation does; the membership's id.
    pub async fn join(&self, place: &str, user: &str, roles: &[&str]) -> String {
        assert_eq!(self.tries_to_join(place, user, roles).await, Joined::Now);
        let (place, user) = (place.to_owned(), user.to_owned());
        let id = self.app.db.read(move |on| {
            let sql = "select id from memberships where place_id = $1 and user_id = $2";
            on.query_one(sql, keyrack_server::params![&place, &user])?.unwrap().cells().text()
        });
        id.await.unwrap()
    }

    /// Tries it.
    pub async fn tries_to_join(&self, place: &str, user: &str, roles: &[&str]) -> Joined {
        let kind = if place.starts_with("wsp_") { Kind::Workspace } else { Kind::Organization };
        let (site, by) = (self.app.sites[0].clone(), By::system(self.app.world.clock.now_ms()));
        let (place, user) = (place.to_owned(), UserId::stored(user.to_owned()));
        let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
        let joined = self.app.db.write(move |tx| {
            let deployment = &site.config.id;
            let place: Place = store::lock(tx, deployment, (kind, &place))?.expect("a place");
            user::store::lock(tx, deployment, &user)?;
            join(tx, &site, &place, Newcomer { user: &user, roles: &roles, by: &by })
        });
        joined.await.unwrap()
    }

    /// Gives a user a second factor, which all of the user's sign-ins have proved, or takes it away.
    pub async fn second_factor(&self, user: &str, has: bool) {
        let (site, now) = (self.app.sites[0].clone(), self.app.world.clock.now_ms());
        let (user, since) = (UserId::stored(user.to_owned()), has.then_some(now));
        let changed = self.app.db.write(move |tx| {
            user::store::lock(tx, &site.config.id, &user)?;
            let set = "update users set second_factor_at = $2 where id = $1";
            tx.execute(set, keyrack_server::params![user.as_str(), since])?;
            let proved = "update sign_ins set second_factor_at = $2 where user_id = $1";
            tx.execute(proved, keyrack_server::params![user.as_str(), since])?;
            scope::tell(tx, &site, &user, &By::system(now))
        });
        changed.await.unwrap();
    }

    /// Makes a user who could not sign in.
    pub async fn is_there(&self, user: &str, number: usize) {
        let (deployment, user) = (self.app.sites[0].config.id.clone(), user.to_owned());
        let made = self.app.db.write(move |tx| {
            tx.execute(
                "insert into users (id, deployment_id, version, first_name, last_name, created_at, updated_at)
                 values ($1, $2, 1, $3, '', 0, 0)",
                keyrack_server::params![&user, &deployment, &format!("First{number:06}")],
            )
        });
        assert_eq!(made.await.unwrap(), 1);
    }

    /// Fills an organization with so many members, who are no users that could sign in.
    pub async fn crowd(&self, organization: &str, count: usize) {
        let deployment = self.app.sites[0].config.id.clone();
        let organization = OrganizationId::stored(organization.to_owned());
        // Few at a time: on a machine that is busy many take longer than a change is waited for.
        for begin in (0..count).step_by(50) {
            let ids: Vec<(UserId, MembershipId, usize)> = (begin..count.min(begin + 50))
                .map(|n| (UserId::draw(&self.app.world), MembershipId::draw(&self.app.world), n))
                .collect();
            let (deployment, organization) = (deployment.clone(), organization.clone());
            let filled = self.app.db.write(move |tx| {
                for (user, member, n) in &ids {
                    let (first, last) = (format!("First{n:06}"), format!("Last{n:06}"));
                    tx.execute(
                        "insert into users (id, deployment_id, version, first_name, last_name, created_at, updated_at)
                         values ($1, $2, 1, $3, $4, 0, 0)",
                        keyrack_server::params![user.as_str(), &deployment, &first, &last],
                    )?;
                    let place = Place {
                        kind: Kind::Organization,
                        id: organization.to_string(),
                        organization: organization.clone(),
                    };
                    store::add(tx, (&deployment, &place), (member, user), 0, 0)?;
                    role::give(tx, (&deployment, &place), member, "rol_org_member")?;
                }
                Ok(())
            });
            filled.await.unwrap();
        }
    }
}
