//! Mails and text messages that are to be sent: a row written in the transaction that causes it, sent after the commit.
//!
//! Bodies are sealed and emptied when they are sent, expired or given up. A row is claimed by a lease, so that two
//! nodes do not send it twice and a node that dies leaves it to the next. The two channels go their own ways: mail does
//! not wait for whoever sends text messages, nor the other way round.

use crate::app::App;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::MessageId;
use crate::params;
use crate::world::{Delivered, Mail, Sms, Undelivered};
use serde::Serialize;
use serde::de::DeserializeOwned;

const LEASE_MS: i64 = 60_000;
const TRIES: i64 = 8;

/// By which way something reaches people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channel {
    Email,
    Sms,
}

impl Channel {
    fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
}

/// A message sealed for the outbox, drawn before the transaction that writes it.
#[derive(Clone, Debug)]
pub struct Sealed {
    id: MessageId,
    channel: Channel,
    language: String,
    kind: &'static str,
    body: String,
    expires_at: i64,
}

/// Seals `mail`; after `expires_at` it is not sent any more.
///
/// # Errors
/// Only if sealing fails.
pub fn seal(app: &App, kind: &'static str, mail: &Mail, expires_at: i64) -> Result<Sealed> {
    sealed(app, (Channel::Email, kind, &mail.language), mail, expires_at)
}

/// Seals a text message in the same way.
///
/// # Errors
/// Only if sealing fails.
pub fn seal_sms(app: &App, kind: &'static str, sms: &Sms, expires_at: i64) -> Result<Sealed> {
    sealed(app, (Channel::Sms, kind, &sms.language), sms, expires_at)
}

fn sealed(
    app: &App,
    (channel, kind, language): (Channel, &'static str, &str),
    message: &impl Serialize,
    expires_at: i64,
) -> Result<Sealed> {
    let id = MessageId::draw(&app.world);
    let plain = serde_json::to_vec(message).map_err(|cause| Error::internal("write a message", cause))?;
    let body = app.vault.seal(&app.world, id.as_str(), &plain)?;
    Ok(Sealed { id, channel, language: language.to_owned(), kind, body, expires_at })
}

/// Writes a row like that of [`post`], of a message that is never sent: whoever may not learn whether one was finds no
/// difference in the work.
///
/// # Errors
/// What the database says.
pub fn withhold(tx: &mut Tx<'_>, deployment: &str, message: &Sealed, now: i64) -> Result<()> {
    put(tx, deployment, (message, "withheld", ""), now)
}

/// Puts a sealed message into the outbox of `deployment`.
///
/// # Errors
/// What the database says.
pub fn post(tx: &mut Tx<'_>, deployment: &str, message: &Sealed, now: i64) -> Result<()> {
    put(tx, deployment, (message, "queued", &message.body), now)
}

fn put(
    tx: &mut Tx<'_>,
    deployment: &str,
    (message, state, sealed): (&Sealed, &str, &str),
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into outbox
             (id, deployment_id, channel, language, kind, state, sealed, tries, next_at, lease_until, expires_at,
              created_at)
         values ($1, $2, $3, $4, $5, $6, $7, 0, $8, 0, $9, $8)",
        params![
            message.id.as_str(),
            deployment,
            message.channel.word(),
            &message.language,
            message.kind,
            state,
            sealed,
            now,
            message.expires_at
        ],
    )?;
    tx.wake_outbox();
    Ok(())
}

/// Waits until the mail that is being sent was, and lets no other begin: the lease of one that was not finished would
/// keep every node from it for a minute.
pub async fn finish(app: &App) {
    app.room.leave();
    drop(app.delivering.lock().await);
}

/// A row that this node has leased.
struct Leased {
    id: String,
    body: String,
    tries: i64,
    expires_at: i64,
}

/// Sends what is due, of every deployment and by every way; returns when nothing is.
///
/// # Errors
/// What the database says. A message that cannot be sent is no error: it is tried again later.
pub async fn deliver_due(app: &App) -> Result<()> {
    // Two at once would each skip what the other has leased, and return before it was sent.
    let _alone = app.delivering.lock().await;
    tokio::try_join!(deliver_by(app, Channel::Email), deliver_by(app, Channel::Sms)).map(drop)
}

async fn deliver_by(app: &App, channel: Channel) -> Result<()> {
    for site in &app.sites {
        loop {
            // What is begun is finished before this process ends; the rest is the next one's.
            if app.room.is_left() {
                return Ok(());
            }
            let leased = lease(app, &site.config.id, channel).await?;
            if leased.is_empty() {
                break;
            }
            for row in leased {
                deliver(app, channel, row).await?;
            }
        }
    }
    Ok(())
}

async fn lease(app: &App, deployment: &str, channel: Channel) -> Result<Vec<Leased>> {
    let (deployment, now) = (deployment.to_owned(), app.world.clock.now_ms());
    app.db
        .write(move |tx| {
            let rows = tx.query(
                "update outbox set lease_until = $2, tries = tries + 1
                 where state = 'queued' and id in (select id from outbox where deployment_id = $1 and channel = $4
                     and state = 'queued' and next_at <= $3 and lease_until <= $3 order by id limit 1)
                 and lease_until <= $3 returning id, sealed, tries, expires_at",
                params![&deployment, now + LEASE_MS, now, channel.word()],
            )?;
            let mut leased = Vec::new();
            for row in rows {
                let mut cells = row.cells();
                let (id, body) = (cells.text()?, cells.text()?);
                leased.push(Leased { id, body, tries: cells.int()?, expires_at: cells.int()? });
            }
            // `returning` promises no order; people expect the older mail first.
            leased.sort_by(|a, b| a.id.cmp(&b.id));
            Ok(leased)
        })
        .await
}

async fn deliver(app: &App, channel: Channel, row: Leased) -> Result<()> {
    let now = app.world.clock.now_ms();
    if now >= row.expires_at {
        return settle(app, row.id, "expired").await;
    }
    let channel_name = channel.word();
    match send(app, channel, &row, now).await {
        Ok(()) => settle(app, row.id, "sent").await,
        Err(Undelivered::Refused(error)) => {
            tracing::error!(message_id = row.id, channel = channel_name, %error, "message refused");
            settle(app, row.id, "dead").await
        }
        Err(Undelivered::Later(error)) if row.tries >= TRIES => {
            tracing::error!(message_id = row.id, channel = channel_name, %error, "message given up");
            settle(app, row.id, "dead").await
        }
        Err(Undelivered::Later(error)) => {
            let tries = row.tries;
            tracing::warn!(message_id = row.id, channel = channel_name, %error, tries, "message not sent yet");
            retry_later(app, row, now).await
        }
    }
}

async fn send(app: &App, channel: Channel, row: &Leased, now: i64) -> Delivered {
    match channel {
        Channel::Email => app.world.mailer.send(&row.id, now, read_back(app, row)?).await,
        Channel::Sms => app.world.sms.send(&row.id, now, read_back(app, row)?).await,
    }
}

fn read_back<M: DeserializeOwned>(app: &App, row: &Leased) -> std::result::Result<M, Undelivered> {
    let plain = app.vault.open(&row.id, &row.body).map_err(Undelivered::Later)?;
    serde_json::from_slice(&plain).map_err(|cause| {
        Undelivered::Later(Error::internal("read a message back", format!("{:?}", cause.classify())))
    })
}

/// Ends a message; nothing of its body stays.
async fn settle(app: &App, id: String, state: &'static str) -> Result<()> {
    app.db
        .write(move |tx| {
            tx.execute("update outbox set state = $2, sealed = '' where id = $1", params![&id, state])
                .map(drop)
        })
        .await
}

async fn retry_later(app: &App, row: Leased, now: i64) -> Result<()> {
    let pause = 5_000_i64 << row.tries.clamp(0, 8);
    app.db
        .write(move |tx| {
            tx.execute(
                "update outbox set next_at = $2, lease_until = 0 where id = $1",
                params![&row.id, now + pause],
            )
            .map(drop)
        })
        .await
}

/// What waits in an outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Messages that are to be sent.
    pub queued: i64,
    /// When the oldest of them was written, in Unix milliseconds.
    pub oldest_at: Option<i64>,
    /// Messages that were given up.
    pub dead: i64,
}

/// What waits in the outbox of `deployment`.
///
/// # Errors
/// What the database says.
pub fn backlog(on: &mut Snapshot<'_>, deployment: &str) -> Result<Backlog> {
    let queued = on.query_one(
        "select count(*), min(created_at) from outbox where state = 'queued' and deployment_id = $1",
        params![deployment],
    )?;
    let dead = on.query_one(
        "select count(*) from outbox where state = 'dead' and deployment_id = $1",
        params![deployment],
    )?;
    let mut backlog = Backlog::default();
    if let Some(row) = queued {
        let mut cells = row.cells();
        (backlog.queued, backlog.oldest_at) = (cells.int()?, cells.optional_int()?);
    }
    if let Some(row) = dead {
        backlog.dead = row.cells().int()?;
    }
    Ok(backlog)
}
