//! The rows.

use keyrack_server::config::PasswordHashing;
use keyrack_server::db::{Db, Tx};
use keyrack_server::error::{Error, Result};
use keyrack_server::id::{EmailAddressId, SessionId, SignInId, UserId};
use keyrack_server::params;
use keyrack_server::session::rack::{Key, Rack};
use keyrack_server::session::store::key_hash;
use keyrack_server::user::password::Hasher;
use keyrack_server::vault::Vault;
use keyrack_server::world::World;
use serde_json::{Value, json};

/// The password of every account.
const PASSWORD: &str = "correct horse battery";
const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0";
const DAY: i64 = 86_400_000;

/// Makes rows, each with ids of its own.
pub struct Seeder {
    vault: Vault,
    /// What ids and times are drawn from.
    pub world: World,
    /// The deployment that is filled.
    pub deployment: String,
    hash: String,
}

struct Account {
    id: UserId,
    email: String,
}

struct SignedIn {
    id: SignInId,
    account: usize,
    key_hash: String,
}

struct Session {
    id: SessionId,
    key_hash: String,
    sign_ins: [SignedIn; 2],
}

/// The rows of one transaction.
pub struct Batch {
    accounts: Vec<(Account, EmailAddressId)>,
    sessions: Vec<Session>,
    /// What is told of those that a load may use.
    pub told: Vec<Value>,
    deployment: String,
    hash: String,
    now: i64,
}

impl Seeder {
    /// For the first deployment in the database.
    ///
    /// # Errors
    /// When there is none.
    pub async fn new(db: &Db, vault: Vault, world: World) -> Result<Self> {
        let deployment = db
            .read(|on| {
                let row = on.query_one("select id from deployments order by created_at, id", &[])?;
                row.ok_or_else(|| Error::internal("find a deployment", "there is none"))?.cells().text()
            })
            .await?;
        let hasher = Hasher::start(&world, PasswordHashing::Standard)?;
        let hash = hasher.hash(hasher.place()?, &world, PASSWORD.to_owned()).await?;
        Ok(Self { vault, world, deployment, hash })
    }

    fn account(&self) -> (Account, EmailAddressId) {
        let id = UserId::draw(&self.world);
        let email = format!("{}@example.com", id.as_str().trim_start_matches("usr_"));
        (Account { id, email }, EmailAddressId::draw(&self.world))
    }

    /// Makes accounts that are signed in nowhere, and tells them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn accounts(&self, db: &Db, count: usize) -> Result<Vec<Value>> {
        let accounts: Vec<_> = (0..count).map(|_| self.account()).collect();
        let told = accounts.iter().map(|(account, _)| json!({ "email": account.email })).collect();
        let batch = Batch { accounts, ..self.empty() };
        db.write(move |tx| batch.insert(tx)).await?;
        Ok(told)
    }

    fn empty(&self) -> Batch {
        Batch {
            accounts: Vec::new(),
            sessions: Vec::new(),
            told: Vec::new(),
            deployment: self.deployment.clone(),
            hash: self.hash.clone(),
            now: self.world.clock.now_ms(),
        }
    }

    /// So many sessions, of which the first `told` are told. Four sign-ins share two accounts.
    pub fn batch(&self, first: usize, count: usize, told: usize) -> Batch {
        let mut batch = self.empty();
        batch.accounts = (0..count.div_ceil(2).max(1) + 1).map(|_| self.account()).collect();
        for index in 0..count {
            let (session, rack) = self.session(index / 2);
            if index < told {
                let sign_ins: Vec<&str> =
                    session.sign_ins.iter().map(|sign_in| sign_in.id.as_str()).collect();
                batch.told.push(json!({
                    "number": first + index,
                    "rack": rack.to_credential(),
                    "sign_ins": sign_ins,
                }));
            }
            batch.sessions.push(session);
        }
        batch
    }

    fn session(&self, account: usize) -> (Session, Rack) {
        let id = SessionId::draw(&self.world);
        let key = Key::draw(&self.world, id.as_str());
        let mut keys = Vec::new();
        let sign_ins = [account, account + 1].map(|account| {
            let id = SignInId::draw(&self.world);
            let key = Key::draw(&self.world, id.as_str());
            let signed_in = SignedIn { id, account, key_hash: key_hash(&self.vault, &key) };
            keys.push(key);
            signed_in
        });
        let session = Session { id: id.clone(), key_hash: key_hash(&self.vault, &key), sign_ins };
        (session, Rack::new(id, key).renewed(keys, |_| true))
    }
}

impl Batch {
    /// The user who is active in the first session.
    #[must_use]
    pub fn active_user(&self) -> Option<UserId> {
        let [_, active] = &self.sessions.first()?.sign_ins;
        self.accounts.get(active.account).map(|(account, _)| account.id.clone())
    }

    /// Inserts them.
    ///
    /// # Errors
    /// What the database says.
    pub fn insert(&self, tx: &mut Tx<'_>) -> Result<()> {
        for (account, email) in &self.accounts {
            self.insert_account(tx, account, email)?;
        }
        self.sessions.iter().try_for_each(|session| self.insert_session(tx, session))
    }

    fn insert_account(&self, tx: &mut Tx<'_>, account: &Account, email: &EmailAddressId) -> Result<()> {
        tx.execute(
            "insert into users (id, deployment_id, version, first_name, last_name, password_hash, created_at,
                 updated_at) values ($1, $2, 1, 'Ada', 'Lovelace', $3, $4, $4)",
            params![account.id.as_str(), &self.deployment, &self.hash, self.now],
        )?;
        tx.execute(
            "insert into email_addresses (id, deployment_id, user_id, email, is_primary, verified_at, created_at,
                 updated_at) values ($1, $2, $3, $4, 1, $5, $5, $5)",
            params![email.as_str(), &self.deployment, account.id.as_str(), &account.email, self.now],
        )?;
        Ok(())
    }

    fn insert_session(&self, tx: &mut Tx<'_>, session: &Session) -> Result<()> {
        let (now, active) = (self.now, session.sign_ins[1].id.as_str());
        // Nothing in it expires while a load runs.
        let (expires_at, outer_until) = (now + 7 * DAY, now + 30 * DAY);
        tx.execute(
            "insert into sessions (id, deployment_id, version, revision, key_hash, active_sign_in_id, valid_until,
                 outer_until, created_at, updated_at) values ($1, $2, 3, 2, $3, $4, $5, $6, $7, $7)",
            params![
                session.id.as_str(),
                &self.deployment,
                &session.key_hash,
                active,
                expires_at,
                outer_until,
                now
            ],
        )?;
        for (sign_in, activated_at) in session.sign_ins.iter().zip([now, now + 1]) {
            let account = self.accounts.get(sign_in.account).map(|(account, _)| account.id.as_str());
            tx.execute(
                "insert into sign_ins (id, deployment_id, session_id, user_id, key_hash, ip_address, user_agent,
                     activated_at, last_active_at, expires_at, created_at, updated_at)
                 values ($1, $2, $3, $4, $5, '198.51.100.7', $6, $7, $8, $9, $8, $8)",
                params![
                    sign_in.id.as_str(),
                    &self.deployment,
                    session.id.as_str(),
                    account,
                    &sign_in.key_hash,
                    AGENT,
                    activated_at,
                    now,
                    expires_at
                ],
            )?;
        }
        Ok(())
    }
}
