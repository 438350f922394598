use crate::Failure;
use crate::show::{claims, place, who};
use clap::Subcommand;
use keyrack_client::protocol::{CurrentSessionStep, OrganizationMembership};
use keyrack_client::{Answer, Attempt, By, Client, Loaded, SignedIn, State};

/// What it can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Shows who is signed in
    Who,
    /// Signs in; the password, and the code where one is asked for, are typed in
    SignIn {
        /// The address of the account
        email: String,
    },
    /// Makes another account of this session the active one
    Switch {
        /// The sign-in, as `who` shows it
        sign_in: String,
    },
    /// Lists the organizations of the active account
    Organizations,
    /// Makes the active account act in an organization, or for itself
    Act {
        /// The organization; none to act for oneself
        organization: Option<String>,
    },
    /// Prints what a token for the backend claims
    Token {
        /// The template that it is made by
        #[arg(default_value = "default")]
        template: String,
    },
    /// Prints who is signed in whenever that changes, until Ctrl-C
    Watch,
    /// Signs out
    SignOut {
        /// The sign-in; all of them when it is left out
        sign_in: Option<String>,
    },
}

impl Command {
    pub(crate) async fn run(
        self,
        client: &Client,
        typed: &dyn Fn(&str) -> String,
    ) -> Result<String, Failure> {
        match self {
            Self::Who => {}
            Self::SignIn { email } => sign_in(&loaded(client)?, email, typed).await?,
            Self::Switch { sign_in } => drop(loaded(client)?.switch_sign_in(sign_in).await?),
            Self::Organizations => return organizations(client).await,
            Self::Act { organization } => {
                signed_in(client)?.switch_organization(organization.as_deref()).await?;
            }
            Self::Token { template } => return Ok(claims(&signed_in(client)?.get_token(&template).await?)),
            Self::Watch => watch(client).await,
            Self::SignOut { sign_in: Some(one) } => drop(loaded(client)?.sign_out(one).await?),
            Self::SignOut { sign_in: None } => drop(loaded(client)?.sign_out_all().await?),
        }
        Ok(who(&client.state()))
    }
}

fn loaded(client: &Client) -> Result<Loaded, Failure> {
    client.state().loaded().cloned().ok_or_else(|| Failure("The session is not known yet.".to_owned()))
}

fn signed_in(client: &Client) -> Result<SignedIn, Failure> {
    client.state().signed_in().cloned().ok_or_else(|| Failure("Nobody is signed in; use sign-in.".to_owned()))
}

/// Goes on until the account is signed in, or waits for something that cannot be answered here.
async fn sign_in(loaded: &Loaded, email: String, typed: &dyn Fn(&str) -> String) -> Result<(), Failure> {
    let mut session = loaded.sign_in_by(By::email(email, typed("Password"))).await?;
    while let Some(attempt) = session.signin_attempts.last().filter(|attempt| !attempt.completed).cloned() {
        let this = Attempt::SignIn(attempt.id);
        let question = match attempt.current_step {
            CurrentSessionStep::VerifyEmail | CurrentSessionStep::VerifyEmailOtp => {
                loaded.prepare(&this, "email_otp", None).await?;
                "Code from the mail"
            }
            CurrentSessionStep::VerifySecondFactor => "Code of your authenticator",
            step => return Err(Failure(format!("Go on in a browser: {step:?} is asked for."))),
        };
        session = loaded.attempt(&this, Answer::Code(typed(question))).await?;
    }
    Ok(())
}

async fn organizations(client: &Client) -> Result<String, Failure> {
    let active = signed_in(client)?.sign_in().active_organization_membership_id.clone();
    let all: Vec<OrganizationMembership> = client.read("/me/organization-memberships").await?;
    let lines = all.iter().map(|one| place(one, active.as_ref() == Some(&one.id)));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn watch(client: &Client) {
    println!("{}", who(&client.state()));
    let _subscription = client.subscribe(|state: &State| println!("{}", who(state)));
    // Whatever ends the wait ends the watch.
    let _ = tokio::signal::ctrl_c().await;
}
