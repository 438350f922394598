// Written by `cargo xtask gen` from crates/protocol. Change the Rust types, not this file.

/**
 * What one browser holds, as far as the credential of the request opens it.
 *
 * Without a usable credential it is the empty session: `id` is `""`, `revision` 0, every list empty.
 */
export type Session = { 
/**
 * The session's id, or `""` when there is no session.
 */
id: string, 
/**
 * Orders the states of this session: an older revision never replaces a newer one.
 */
revision: number, 
/**
 * Why the last active sign-in ended, if it did and nobody has signed in or switched since.
 */
end_reason: EndReason | null, 
/**
 * The sign-in that requests act for.
 */
active_signin: SignIn | null, 
/**
 * All live sign-ins, the active one included, oldest first.
 */
signins: Array<SignIn>, 
/**
 * Sign-in attempts under way or just completed, oldest first.
 */
signin_attempts: Array<SigninAttempt>, 
/**
 * Sign-up attempts under way or just completed, oldest first.
 */
signup_attempts: Array<SignupAttempt>, 
/**
 * When the session was made; absent on the empty session.
 */
created_at?: string, 
/**
 * When the present revision was made; absent on the empty session.
 */
updated_at?: string, };

/**
 * One account signed in on a session.
 *
 * Times and places travel in both casings: the documented hook names them in camelCase, older
 * clients read snake_case.
 */
export type SignIn = { 
/**
 * The sign-in's id: what `switchSignIn` and `signOut` take.
 */
id: string, 
/**
 * The session that it belongs to.
 */
session_id: string, 
/**
 * The account.
 */
user_id: string, 
/**
 * The organization membership that it acts in; null outside of organizations.
 */
active_organization_membership_id: string | null, 
/**
 * The workspace membership that it acts in; null outside of workspaces.
 */
active_workspace_membership_id: string | null, 
/**
 * The account's public data.
 */
user: CurrentUser, 
/**
 * When it ends unless it is used: the earlier of its longest life and its idle time.
 */
expiresAt: string, 
/**
 * The same as `expiresAt`.
 */
expires_at: string, 
/**
 * When it was last active, in steps of a tenth of the idle time.
 */
lastActiveAt: string, 
/**
 * The same as `lastActiveAt`.
 */
last_active_at: string, 
/**
 * The address that it was made from.
 */
ipAddress: string, 
/**
 * The same as `ipAddress`.
 */
ip_address: string, 
/**
 * ISO 3166-2 code of the place, `""` when unknown.
 */
regionCode: string, 
/**
 * The same as `regionCode`.
 */
region_code: string, 
/**
 * ISO 3166-1 code of the place, `""` when unknown.
 */
countryCode: string, 
/**
 * The same as `countryCode`.
 */
country_code: string, 
/**
 * Name of the browser that it was made in, `""` when unknown.
 */
browser: string, 
/**
 * Name of the operating system or device, `""` when unknown.
 */
device: string, 
/**
 * City of the place, `""` when unknown.
 */
city: string, 
/**
 * Region of the place, `""` when unknown.
 */
region: string, 
/**
 * Country of the place, `""` when unknown.
 */
country: string, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When what is shown of it last changed.
 */
updated_at: string, 
/**
 * Who acts as the user in this sign-in; absent where the user does.
 */
act?: Acting, };

/**
 * Somebody who acts as somebody else.
 */
export type Acting = { 
/**
 * Who: the id of a user, or what the application calls one of its own people.
 */
sub: string, 
/**
 * Why.
 */
reason: string, };

/**
 * What a ticket was exchanged for.
 */
export type TicketExchange = { 
/**
 * True: a ticket that opens nothing is refused.
 */
success: boolean, 
/**
 * The same in words.
 */
message: string, 
/**
 * The session's id.
 */
session_id: string, 
/**
 * The session as it is now, in which the new sign-in is active, or an attempt waits for what is still asked.
 */
session: Session, 
/**
 * Who acts as the user of the new sign-in; absent where the user does.
 */
actor?: Acting, };

/**
 * What became of sign-ins that were ended from another place.
 */
export type SignedOutElsewhere = { 
/**
 * How many there were.
 */
ended: number, };

/**
 * An account that is to be deleted.
 */
export type AccountDeletion = { 
/**
 * When it is. Signing in to it before takes that back.
 */
deletion_due_at: string, };

/**
 * Everything that is kept of a user.
 */
export type AccountExport = { 
/**
 * When it was read.
 */
exported_at: string, 
/**
 * The account with its addresses and numbers.
 */
user: CurrentUser, 
/**
 * Its passkeys, oldest first.
 */
passkeys: Array<UserPasskey>, 
/**
 * The language that mails about the account are in, `""` when unknown.
 */
language: string, 
/**
 * Every sign-in that is kept, also those that ended, oldest first.
 */
sign_ins: Array<ExportedSignIn>, 
/**
 * The ids of those that live, the last active one first.
 */
live_sign_ins: Array<string>, 
/**
 * Organizations that the user is in.
 */
organization_memberships: Array<OrganizationMembership>, 
/**
 * Workspaces that the user is in.
 */
workspace_memberships: Array<WorkspaceMembership>, 
/**
 * Invitations to the user's addresses, and those that the user sent.
 */
invitations: Array<ExportedInvitation>, 
/**
 * The inbox, newest first.
 */
notifications: Array<Notification>, 
/**
 * What is recorded of the account, newest first.
 */
events: Array<ExportedEvent>, };

/**
 * A sign-in, as it is kept.
 */
export type ExportedSignIn = { 
/**
 * Its id.
 */
id: string, 
/**
 * Where it was made from.
 */
ip_address: string, 
/**
 * The browser's name, `""` when unknown.
 */
browser: string, 
/**
 * The device's name, `""` when unknown.
 */
device: string, 
/**
 * The browser's own words.
 */
user_agent: string, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When it was last active.
 */
last_active_at: string, 
/**
 * When it ended, if it did.
 */
ended_at: string | null, 
/**
 * Why.
 */
end_reason: string | null, 
/**
 * What was proved for it, in names of RFC 8176, and `mail`.
 */
proofs: Array<string>, };

/**
 * An invitation that concerns a user.
 */
export type ExportedInvitation = { 
/**
 * Its id.
 */
id: string, 
/**
 * To this organization.
 */
organization_id: string, 
/**
 * The address that was invited.
 */
email: string, 
/**
 * Whether the user sent it.
 */
is_mine: boolean, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * Until when it works, or worked.
 */
expires_at: string, };

/**
 * Something that is recorded of an account.
 */
export type ExportedEvent = { 
/**
 * When it happened.
 */
at: string, 
/**
 * What happened, one word.
 */
event: string, 
/**
 * `ok` or `refused`.
 */
result: string, 
/**
 * More about it, `""` for nothing.
 */
reason: string, 
/**
 * From which address, where one of the sign-ins of this account did it; else `""`: it may be that of somebody else.
 */
ip_address: string, 
/**
 * About which sign-in, `""` for none.
 */
sign_in_id: string, };

/**
 * An attempt to sign in that this browser began.
 */
export type SigninAttempt = { 
/**
 * The attempt's id.
 */
id: string, 
/**
 * The session that it belongs to.
 */
session_id: string, 
/**
 * How it began.
 */
method: SignInMethod, 
/**
 * The social provider's name, `""` for other methods.
 */
sso_provider: string, 
/**
 * The address that it is about, may be `""`.
 */
email: string, 
/**
 * The account, once a first factor is proved.
 */
user_id: string | null, 
/**
 * When it ends by itself.
 */
expires_at: string, 
/**
 * Whether a first factor is proved.
 */
first_method_authenticated: boolean, 
/**
 * Whether a second factor is proved.
 */
second_method_authenticated: boolean, 
/**
 * Whether a second factor is still required.
 */
second_method_authentication_required: boolean, 
/**
 * The second factors that the account has.
 */
available_2fa_methods: Array<string>, 
/**
 * What it waits for.
 */
current_step: CurrentSessionStep, 
/**
 * Everything that is left, in order.
 */
remaining_steps: Array<CurrentSessionStep>, 
/**
 * Whether it ended in a sign-in.
 */
completed: boolean, 
/**
 * Whether profile fields are missing.
 */
requires_completion: boolean, 
/**
 * The fields that are missing.
 */
missing_fields: Array<string>, 
/**
 * The fields that the deployment requires.
 */
required_fields: Array<string>, 
/**
 * What is known of the profile so far.
 */
profile_completion_data: ProfileCompletionData, };

/**
 * An attempt to sign up that this browser began. It never carries the password.
 */
export type SignupAttempt = { 
/**
 * The attempt's id.
 */
id: string, 
/**
 * The session that it belongs to.
 */
session_id: string, 
/**
 * As it was given, `""` when it was not.
 */
first_name: string, 
/**
 * As it was given, `""` when it was not.
 */
last_name: string, 
/**
 * The address to be proved.
 */
email: string, 
/**
 * As it was given, `""` when it was not.
 */
username: string, 
/**
 * As it was given, `""` when it was not.
 */
phone_number: string, 
/**
 * Dial code of the phone number, `""` when there is none.
 */
phone_country_code: string, 
/**
 * The fields that the deployment requires.
 */
required_fields: Array<string>, 
/**
 * The required fields that are still missing.
 */
missing_fields: Array<string>, 
/**
 * What it waits for.
 */
current_step: SignupAttemptStep, 
/**
 * Everything that is left, in order.
 */
remaining_steps: Array<SignupAttemptStep>, 
/**
 * Whether it ended in an account.
 */
completed: boolean, 
/**
 * When it ends by itself.
 */
expires_at: string, };

/**
 * How an attempt to sign in began.
 */
export type SignInMethod = "plain_email" | "plain_username" | "phone_otp" | "magic_link" | "email_otp" | "sso" | "enterprise_sso" | "passkey" | "impersonation" | "ticket";

/**
 * What a sign-in attempt waits for; `""` when it is completed.
 */
export type CurrentSessionStep = "verify_password" | "verify_email" | "verify_email_link" | "verify_email_otp" | "verify_phone" | "verify_phone_otp" | "verify_second_factor" | "add_second_factor" | "complete_profile" | "";

/**
 * What a sign-up attempt waits for; `""` when it is completed.
 */
export type SignupAttemptStep = "verify_email" | "verify_phone" | "verify_authenticator" | "";

/**
 * Profile fields that can be filled in already.
 */
export type ProfileCompletionData = { first_name?: string, last_name?: string, username?: string, email?: string, phone_number?: string, phone_country_code?: string, };

/**
 * The answer of `POST /auth/prepare-verification`.
 */
export type VerificationPrepared = { 
/**
 * Always true: whether something was really sent is nobody's business but the mailbox's.
 */
otp_sent: boolean, 
/**
 * The address, shortened.
 */
masked_email?: string, 
/**
 * The phone number, shortened; it ends with its last four digits.
 */
masked_phone?: string, 
/**
 * How it is proved: the strategy that was asked for.
 */
verification_method: string, 
/**
 * Of an authenticator that is being set up: what a program reads from a picture.
 */
otp_url?: string, 
/**
 * The same as a person types it. Nothing shows it again.
 */
totp_secret?: string, 
/**
 * Of a passkey: the argument of `navigator.credentials.get()`, at `add_second_factor` of
 * `navigator.credentials.create()`.
 */
options?: PasskeyOptions, };

/**
 * The answer of `POST /auth/magic-link`: what a mailed link is for. Looking at it uses nothing up.
 */
export type MagicLink = { 
/**
 * What it is worth.
 */
state: MagicLinkState, 
/**
 * Whether this is the browser that asked for it, which confirms it and goes on.
 */
same_browser: boolean, 
/**
 * Whose address it was mailed to, shortened.
 */
masked_email: string, 
/**
 * Anywhere else: the code to type in the browser that asked.
 */
code: string | null, 
/**
 * The browser that asked, `""` when it is none of the common ones.
 */
browser: string, 
/**
 * The device or system that it is on, `""` when it is none of the common ones.
 */
device: string, 
/**
 * The address that it came from.
 */
ip_address: string, 
/**
 * Where that is, `""` when nobody knows.
 */
city: string, 
/**
 * The same.
 */
region: string, 
/**
 * The same.
 */
country: string, 
/**
 * When it asked.
 */
asked_at: string | null, };

/**
 * What a mailed link is worth.
 */
export type MagicLinkState = "open" | "used" | "expired";

/**
 * A way to prove again who one is.
 */
export type ReauthenticationMethod = "password" | "email_otp" | "phone_otp" | "authenticator" | "backup_code" | "passkey";

/**
 * What was sent, or is to be answered, before somebody can prove again who they are.
 */
export type ReauthenticationPrepared = { 
/**
 * The way that was asked for.
 */
method: ReauthenticationMethod, 
/**
 * Whether a code is on its way, or is already.
 */
otp_sent: boolean, 
/**
 * Where to, shortened for a screen that others may see; null where nothing is sent.
 */
masked_address: string | null, 
/**
 * Of a passkey: the argument of `navigator.credentials.get()`.
 */
options?: PasskeyRequestOptions, };

/**
 * What a program needs to go on after a refusal.
 */
export type ErrorMeta = { 
/**
 * With `reauthentication_required`: the ways in which this account can prove again that it is its owner's.
 */
methods: Array<ReauthenticationMethod>, };

/**
 * The answer of `POST /auth/identify`.
 */
export type Identified = { 
/**
 * How to go on: `password`.
 */
strategy: string, 
/**
 * What an identifier of this kind can be signed in with here, whoever has it: strategies of `POST
 * /auth/signin`.
 */
methods: Array<SignInMethod>, };

/**
 * The answer of `GET /auth/identifier-availability`.
 */
export type Availability = { 
/**
 * Whether nobody can sign up with it any more.
 */
exists: boolean, };

/**
 * The answer of `POST /session/tickets`.
 */
export type HandoverTicket = { 
/**
 * What the other side exchanges, with its verifier.
 */
ticket: string, 
/**
 * Where to send the browser: the address that was asked for, with the ticket in it.
 */
url: string, 
/**
 * Until when it can be exchanged.
 */
expires_at: string, };

/**
 * The answer of `POST /handshake/exchange`, to an application's server.
 */
export type HandshakeAnswer = { 
/**
 * Whether somebody is signed in in the browser.
 */
signed_in: boolean, 
/**
 * A token of whoever acts there; null when nobody is signed in.
 */
token: Token | null, };

/**
 * The answer of `POST /device/begin`, to a program.
 */
export type DeviceCode = { 
/**
 * What the program asks with. A secret.
 */
device_code: string, 
/**
 * What the program shows, for somebody to type.
 */
user_code: string, 
/**
 * Where it is typed.
 */
verification_uri: string, 
/**
 * For so many seconds.
 */
expires_in: number, 
/**
 * The seconds between two questions.
 */
interval: number, };

/**
 * A program that waits to be signed in, for whoever decides about it.
 */
export type DeviceRequest = { 
/**
 * What it calls itself: anybody's words.
 */
program: string, 
/**
 * The address that it asked from.
 */
ip_address: string, 
/**
 * Whether whoever decides comes from the same address.
 */
same_address: boolean, 
/**
 * Where that address is, in English; `""` when unknown.
 */
city: string, 
/**
 * The largest part of the country; `""` when unknown.
 */
region: string, 
/**
 * The country; `""` when unknown.
 */
country: string, 
/**
 * The country's code (ISO 3166-1, two letters); `""` when unknown.
 */
country_code: string, 
/**
 * The system that it says it runs on; `""` when unknown.
 */
device: string, 
/**
 * When it asked.
 */
created_at: string, 
/**
 * Until when somebody can decide.
 */
expires_at: string, };

/**
 * What became of a program that waited.
 */
export type DeviceDecided = { 
/**
 * Whether it is let in.
 */
confirmed: boolean, 
/**
 * What it calls itself.
 */
program: string, };

/**
 * The answer of `POST /auth/forgot-password`.
 */
export type PasswordRecovery = { 
/**
 * What sets another password; only for the mailed code.
 */
token?: string, };

/**
 * The answer of `POST /auth/reset-password/validate`.
 */
export type PasswordResetValidation = { 
/**
 * Whether the token works.
 */
valid: boolean, 
/**
 * The address that it was mailed to; null when it does not work.
 */
email: string | null, };

/**
 * Why a sign-in or a session ended: the same word in the hook, in logs and in the database.
 */
export type EndReason = "signed_out" | "signed_out_elsewhere" | "idle" | "max_age" | "revoked_by_admin" | "credentials_changed" | "user_disabled" | "user_deleted" | "membership_ended" | "evicted_by_cap" | "superseded";

/**
 * What an event of `GET /session/events` says: the session now has this revision. What has changed is read
 * with `GET /session`; revisions in between may have been left out.
 */
export type SessionEvent = { 
/**
 * The session.
 */
session_id: string, 
/**
 * Its revision: it never goes down on one stream.
 */
revision: number, 
/**
 * What the last change was.
 */
reason: ChangeReason, };

/**
 * Why a session has a new revision. In an event `end` it says why the session ended; a reason that
 * says why something ended may also stand in an event `session`, when another account is left.
 */
export type ChangeReason = "current" | "signed_in" | "switched" | "attempt" | "renewed" | "changed" | "signed_out" | "signed_out_elsewhere" | "idle" | "max_age" | "revoked_by_admin" | "credentials_changed" | "user_disabled" | "user_deleted" | "membership_ended" | "scope_ended" | "evicted_by_cap" | "superseded" | "unknown";

/**
 * What an event `notification` of `GET /session/events` says: in the inbox of somebody who is signed in on the session
 * something has come, or was read, archived or starred. The session has no new revision by it. What it is, is read
 * with `GET /notifications`; several may be told by one event.
 */
export type NotificationEvent = { 
/**
 * The session.
 */
session_id: string, };

/**
 * Which tokens of one sign-in to refuse.
 */
export type Revocation = { 
/**
 * The sign-in, as the claim `signin_id` names it.
 */
signin_id: string, 
/**
 * Tokens whose claim `rev` is lower are refused.
 */
not_before_rev: number, };

/**
 * What an event of `GET /admin/v1/revocations` says, be it a `snapshot` or `revoked`.
 */
export type RevocationEvent = { 
/**
 * For how long a revocation is to be remembered, in milliseconds: no token lives longer.
 */
window_ms: number, 
/**
 * Which tokens to refuse. An event `snapshot` holds all that there is to know; none takes back an earlier one.
 */
revocations: Array<Revocation>, };

/**
 * A user, as shown to that user.
 */
export type CurrentUser = { 
/**
 * The user's id.
 */
id: string, 
/**
 * When the account was made.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, 
/**
 * First name, `""` when unset.
 */
first_name: string, 
/**
 * Last name, `""` when unset.
 */
last_name: string, 
/**
 * Username, `""` when unset.
 */
username: string, 
/**
 * The primary address, or `""`.
 */
email_address: string, 
/**
 * `available`, `busy` or `away`.
 */
availability: string, 
/**
 * Whether there is a picture of the user's own.
 */
has_profile_picture: boolean, 
/**
 * Where it is, `""` when there is none.
 */
profile_picture_url: string, 
/**
 * Id of the primary address.
 */
primary_email_address_id: string | null, 
/**
 * Id of the primary phone number.
 */
primary_phone_number_id: string | null, 
/**
 * The primary address.
 */
primary_email_address: UserEmailAddress | null, 
/**
 * The primary phone number.
 */
primary_phone_number: UserPhoneNumber | null, 
/**
 * All addresses, oldest first.
 */
user_email_addresses: Array<UserEmailAddress>, 
/**
 * All phone numbers, oldest first.
 */
user_phone_numbers: Array<UserPhoneNumber>, 
/**
 * The same as `user_email_addresses`.
 */
email_addresses: Array<UserEmailAddress>, 
/**
 * The same as `user_phone_numbers`.
 */
phone_numbers: Array<UserPhoneNumber>, 
/**
 * `none`, `optional` or `enforced`.
 */
second_factor_policy: string, 
/**
 * Accounts at social providers.
 */
social_connections: Array<SocialConnection>, 
/**
 * The verified authenticator.
 */
user_authenticator: UserAuthenticator | null, 
/**
 * All verified authenticators.
 */
authenticators: Array<UserAuthenticator>, 
/**
 * Whether backup codes exist.
 */
backup_codes_generated: boolean, 
/**
 * Whether a password is set.
 */
has_password: boolean, 
/**
 * Whether passkeys are registered.
 */
has_passkeys: boolean, 
/**
 * What the application stores for everyone to see.
 */
public_metadata: Record<string, unknown>, 
/**
 * Segments that the user is in.
 */
segments: Array<Segment>, };

/**
 * An email address of a user.
 */
export type UserEmailAddress = { 
/**
 * The address's id.
 */
id: string, 
/**
 * The address, normalised.
 */
email: string, 
/**
 * Whether it is the primary one.
 */
is_primary: boolean, 
/**
 * Whether somebody proved to read it.
 */
verified: boolean, 
/**
 * When that was.
 */
verified_at: string | null, 
/**
 * How that was: `otp`.
 */
verification_strategy: string, 
/**
 * When it was added.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * A phone number of a user.
 */
export type UserPhoneNumber = { 
/**
 * The number's id.
 */
id: string, 
/**
 * National digits.
 */
phone_number: string, 
/**
 * Dial code, such as `+1`.
 */
country_code: string, 
/**
 * Whether somebody proved to hold it.
 */
verified: boolean, 
/**
 * When that was.
 */
verified_at: string | null, };

/**
 * An account at a social provider.
 */
export type SocialConnection = { id: string, provider: string, email_address: string, first_name: string, last_name: string, };

/**
 * An authenticator program that makes codes.
 */
export type UserAuthenticator = { id: string, created_at: string, };

/**
 * An authenticator that is being set up. What it shares with the server is shown here and never again.
 */
export type NewAuthenticator = { 
/**
 * Its id, which the confirmation names.
 */
id: string, 
/**
 * What a program reads, from a picture or as a link (`otpauth://totp/…`).
 */
otp_url: string, 
/**
 * The same secret as a person types it, in base 32.
 */
totp_secret: string, 
/**
 * When the set-up began.
 */
created_at: string, };

/**
 * A passkey, as shown to whoever it belongs to.
 */
export type UserPasskey = { 
/**
 * The passkey's id.
 */
id: string, 
/**
 * What its owner calls it.
 */
name: string, 
/**
 * When it was registered.
 */
created_at: string, 
/**
 * When it was last used; null if never.
 */
last_used_at: string | null, 
/**
 * `single_device`, or `multi_device` for one that its owner's devices may share.
 */
device_type: string, 
/**
 * Whether it is kept somewhere else too, so that it survives the loss of a device.
 */
backed_up: boolean, };

/**
 * A passkey that was registered: its own fields, and the same once more as older clients read it.
 */
export type PasskeyRegistered = { 
/**
 * The passkey's id.
 */
id: string, 
/**
 * What its owner calls it.
 */
name: string, 
/**
 * When it was registered.
 */
created_at: string, 
/**
 * When it was last used: null.
 */
last_used_at: string | null, 
/**
 * `single_device`, or `multi_device` for one that its owner's devices may share.
 */
device_type: string, 
/**
 * Whether it is kept somewhere else too, so that it survives the loss of a device.
 */
backed_up: boolean, 
/**
 * The same.
 */
passkey: UserPasskey, };

/**
 * What `navigator.credentials.create()` is to be given.
 */
export type PasskeyCreation = { 
/**
 * The options.
 */
options: PasskeyCreationOptions, };

/**
 * The argument of `navigator.credentials.create()`.
 */
export type PasskeyCreationOptions = { 
/**
 * What `PublicKeyCredential.parseCreationOptionsFromJSON()` reads.
 */
publicKey: PasskeyCreationPublicKey, };

/**
 * How a passkey is to be made (WebAuthn, `PublicKeyCredentialCreationOptionsJSON`).
 */
export type PasskeyCreationPublicKey = { 
/**
 * 32 random bytes, base64url. Good once, for five minutes.
 */
challenge: string, 
/**
 * Whom the passkey is for.
 */
rp: PasskeyRelyingParty, 
/**
 * Whose it will be.
 */
user: PasskeyUser, 
/**
 * The algorithms that it may have, best first.
 */
pubKeyCredParams: Array<PasskeyAlgorithm>, 
/**
 * How long the browser waits, in milliseconds.
 */
timeout: number, 
/**
 * `none`: nobody asks who made the device.
 */
attestation: string, 
/**
 * What the device must be able to do.
 */
authenticatorSelection: PasskeySelection, 
/**
 * Passkeys that the user has: a device that holds one makes no second.
 */
excludeCredentials: Array<PasskeyDescriptor>, };

/**
 * Whom passkeys are for.
 */
export type PasskeyRelyingParty = { 
/**
 * A host, which the page's host is or is below.
 */
id: string, 
/**
 * What people know it by.
 */
name: string, };

/**
 * Whose a passkey will be, as the device shows and keeps it.
 */
export type PasskeyUser = { 
/**
 * Random bytes, base64url: no id that means anything elsewhere.
 */
id: string, 
/**
 * An address or a username.
 */
name: string, 
/**
 * The person's name, or the same.
 */
displayName: string, };

/**
 * An algorithm that a passkey may have.
 */
export type PasskeyAlgorithm = { 
/**
 * `public-key`.
 */
type: string, 
/**
 * Its number in COSE.
 */
alg: number, };

/**
 * What a device must be able to do.
 */
export type PasskeySelection = { 
/**
 * `required`: it finds the passkey without being told which.
 */
residentKey: string, 
/**
 * The same for older browsers.
 */
requireResidentKey: boolean, 
/**
 * `required`: it makes sure who is there, by a PIN or a fingerprint.
 */
userVerification: string, };

/**
 * A passkey as a browser names it.
 */
export type PasskeyDescriptor = { 
/**
 * `public-key`.
 */
type: string, 
/**
 * The id that the device gave it, base64url.
 */
id: string, 
/**
 * How it may be reached, as the browser said when it was made.
 */
transports: Array<string>, };

/**
 * What `navigator.credentials.get()` is to be given.
 */
export type PasskeyRequest = { 
/**
 * The options.
 */
options: PasskeyRequestOptions, };

/**
 * The argument of `navigator.credentials.get()`.
 */
export type PasskeyRequestOptions = { 
/**
 * What `PublicKeyCredential.parseRequestOptionsFromJSON()` reads.
 */
publicKey: PasskeyRequestPublicKey, };

/**
 * What a browser is asked for: a new passkey, or one that signs.
 */
export type PasskeyOptions = PasskeyCreationOptions | PasskeyRequestOptions;

/**
 * Which passkey is asked for (WebAuthn, `PublicKeyCredentialRequestOptionsJSON`).
 */
export type PasskeyRequestPublicKey = { 
/**
 * 32 random bytes, base64url. Good once, for five minutes.
 */
challenge: string, 
/**
 * How long the browser waits, in milliseconds.
 */
timeout: number, 
/**
 * A host, which the page's host is or is below.
 */
rpId: string, 
/**
 * `required`: the device makes sure who is there.
 */
userVerification: string, 
/**
 * Which passkeys will do; none for any that the device has for this host.
 */
allowCredentials: Array<PasskeyDescriptor>, };

/**
 * A group that the application put the user into.
 */
export type Segment = { id: string, created_at: string, updated_at: string, deployment_id: string, name: string, type: string, };

/**
 * A group of users: a company, a team, a club.
 */
export type Organization = { 
/**
 * The organization's id: what `switchOrganization` takes.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * What it is called in addresses; no other organization has the same.
 */
slug: string, 
/**
 * What it says about itself, `""` when unset.
 */
description: string, 
/**
 * Where its picture is, `""` when there is none.
 */
image_url: string, 
/**
 * How many members it has.
 */
member_count: number, 
/**
 * What the application stores for every member to see.
 */
public_metadata: Record<string, unknown>, 
/**
 * Whether its members need a second factor.
 */
enforce_mfa: boolean, 
/**
 * Whether only some addresses may act in it.
 */
enable_ip_restriction: boolean, 
/**
 * Those addresses.
 */
whitelisted_ips: Array<string>, 
/**
 * The workspace that new members are put into, `""` when there is none.
 */
auto_assigned_workspace_id: string, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, 
/**
 * Segments that it is in.
 */
segments: Array<Segment>, };

/**
 * What a member of an organization may do there.
 */
export type OrganizationRole = { 
/**
 * The role's id.
 */
id: string, 
/**
 * The organization whose own it is; null for one of all organizations.
 */
organization_id: string | null, 
/**
 * Its name.
 */
name: string, 
/**
 * What it allows.
 */
permissions: Array<string>, 
/**
 * Whether it is one of all organizations, which nobody can change here.
 */
is_deployment_level: boolean, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * A membership of the signed-in user in an organization.
 */
export type OrganizationMembership = { 
/**
 * The membership's id.
 */
id: string, 
/**
 * The organization.
 */
organization: Organization, 
/**
 * Its id.
 */
organization_id: string, 
/**
 * The user.
 */
user_id: string, 
/**
 * The user's roles in it.
 */
roles: Array<OrganizationRole>, 
/**
 * What the application stores with the membership.
 */
public_metadata: Record<string, unknown>, 
/**
 * When it began.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, 
/**
 * Whether it can be used.
 */
eligibility_restriction: EligibilityRestriction, };

/**
 * A member of an organization, as other members see it.
 */
export type OrganizationMember = { 
/**
 * The membership's id.
 */
id: string, 
/**
 * The organization.
 */
organization: Organization, 
/**
 * Its id.
 */
organization_id: string, 
/**
 * The user.
 */
user: PublicUserData, 
/**
 * The same as `user`.
 */
public_user_data: PublicUserData, 
/**
 * The member's roles.
 */
roles: Array<OrganizationRole>, 
/**
 * What the application stores with the membership.
 */
public_metadata: Record<string, unknown>, 
/**
 * When the membership began.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * One page of the members of an organization.
 */
export type OrganizationMemberPage = { 
/**
 * The members.
 */
data: Array<OrganizationMember>, 
/**
 * Where the page stands.
 */
meta: PageMeta, };

/**
 * A new organization and its maker's membership in it.
 */
export type OrganizationCreated = { 
/**
 * The organization.
 */
organization: Organization, 
/**
 * The membership of whoever made it.
 */
membership: OrganizationMembership, };

/**
 * A domain that an organization says is its own.
 */
export type OrganizationDomain = { 
/**
 * The domain's id.
 */
id: string, 
/**
 * The organization.
 */
organization_id: string, 
/**
 * The domain itself, lower-cased, in its ASCII form (`xn--…`).
 */
fqdn: string, 
/**
 * Whether the organization has proved it.
 */
verified: boolean, 
/**
 * The type of the record that proves it: `TXT`.
 */
verification_dns_record_type: string, 
/**
 * The label of that record: it stands at `<label>.<fqdn>`.
 */
verification_dns_record_name: string, 
/**
 * What that record says.
 */
verification_dns_record_data: string, 
/**
 * How often somebody asked to look for that record.
 */
verification_attempts: number, 
/**
 * What it does once it is proved.
 */
join_mode: DomainJoinMode, 
/**
 * When it was proved; null when it is not.
 */
verified_at: string | null, 
/**
 * When the record was last looked for and the domain's name servers answered; null if never.
 */
checked_at: string | null, 
/**
 * Since when the record of a proved domain is missing; null when it is not. It must come back, or the domain is
 * not proved any more.
 */
missing_since: string | null, 
/**
 * When it was claimed.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * A domain that was proved: its fields, and the same as `domain`.
 */
export type OrganizationDomainVerified = { 
/**
 * The same once more.
 */
domain: OrganizationDomain, 
/**
 * The domain's id.
 */
id: string, 
/**
 * The organization.
 */
organization_id: string, 
/**
 * The domain itself, lower-cased, in its ASCII form (`xn--…`).
 */
fqdn: string, 
/**
 * Whether the organization has proved it.
 */
verified: boolean, 
/**
 * The type of the record that proves it: `TXT`.
 */
verification_dns_record_type: string, 
/**
 * The label of that record: it stands at `<label>.<fqdn>`.
 */
verification_dns_record_name: string, 
/**
 * What that record says.
 */
verification_dns_record_data: string, 
/**
 * How often somebody asked to look for that record.
 */
verification_attempts: number, 
/**
 * What it does once it is proved.
 */
join_mode: DomainJoinMode, 
/**
 * When it was proved; null when it is not.
 */
verified_at: string | null, 
/**
 * When the record was last looked for and the domain's name servers answered; null if never.
 */
checked_at: string | null, 
/**
 * Since when the record of a proved domain is missing; null when it is not. It must come back, or the domain is
 * not proved any more.
 */
missing_since: string | null, 
/**
 * When it was claimed.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * An organization that the signed-in user may join, because it has proved the domain of an address of theirs.
 */
export type OrganizationSuggestion = { 
/**
 * The organization's id: what joining it takes.
 */
organization_id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Where its picture is, `""` when there is none.
 */
image_url: string, 
/**
 * The domain.
 */
domain: string, };

/**
 * What a proved domain of an organization does for people who have proved an address in it.
 */
export type DomainJoinMode = "automatic" | "suggestion" | "none";

/**
 * A place inside an organization, with members of its own.
 */
export type Workspace = { 
/**
 * The workspace's id: what `switchWorkspace` takes.
 */
id: string, 
/**
 * The organization that it is in.
 */
organization: Organization, 
/**
 * Its id.
 */
organization_id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * What it is called in addresses; no other workspace of the organization has the same.
 */
slug: string, 
/**
 * What it says about itself, `""` when unset.
 */
description: string, 
/**
 * Where its picture is, `""` when there is none.
 */
image_url: string, 
/**
 * How many members it has.
 */
member_count: number, 
/**
 * What the application stores for every member to see.
 */
public_metadata: Record<string, unknown>, 
/**
 * Whether its members need a second factor.
 */
enforce_2fa: boolean, 
/**
 * Whether only some addresses may act in it.
 */
enable_ip_restriction: boolean, 
/**
 * Those addresses.
 */
whitelisted_ips: Array<string>, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, 
/**
 * Segments that it is in.
 */
segments: Array<Segment>, };

/**
 * What a member of a workspace may do there.
 */
export type WorkspaceRole = { 
/**
 * The role's id.
 */
id: string, 
/**
 * The workspace whose own it is; null for one of all workspaces.
 */
workspace_id: string | null, 
/**
 * Its name.
 */
name: string, 
/**
 * What it allows.
 */
permissions: Array<string>, 
/**
 * Whether it is one of all workspaces, which nobody can change here.
 */
is_deployment_level: boolean, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * A membership of the signed-in user in a workspace.
 */
export type WorkspaceMembership = { 
/**
 * The membership's id.
 */
id: string, 
/**
 * The workspace.
 */
workspace: Workspace, 
/**
 * Its id.
 */
workspace_id: string, 
/**
 * The organization that the workspace is in.
 */
organization: Organization, 
/**
 * Its id.
 */
organization_id: string, 
/**
 * The user.
 */
user_id: string, 
/**
 * The user's roles in the workspace.
 */
roles: Array<WorkspaceRole>, 
/**
 * What the application stores with the membership.
 */
public_metadata: Record<string, unknown>, 
/**
 * When it began.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, 
/**
 * Whether it can be used.
 */
eligibility_restriction: EligibilityRestriction, };

/**
 * A member of a workspace, as other members see it.
 */
export type WorkspaceMember = { 
/**
 * The membership's id.
 */
id: string, 
/**
 * The workspace.
 */
workspace: Workspace, 
/**
 * Its id.
 */
workspace_id: string, 
/**
 * The organization that it is in.
 */
organization: Organization, 
/**
 * Its id.
 */
organization_id: string, 
/**
 * The user.
 */
user: PublicUserData, 
/**
 * The same as `user`.
 */
public_user_data: PublicUserData, 
/**
 * The member's roles.
 */
roles: Array<WorkspaceRole>, 
/**
 * What the application stores with the membership.
 */
public_metadata: Record<string, unknown>, 
/**
 * When the membership began.
 */
created_at: string, 
/**
 * When it last changed.
 */
updated_at: string, };

/**
 * One page of the members of a workspace.
 */
export type WorkspaceMemberPage = { 
/**
 * The members.
 */
data: Array<WorkspaceMember>, 
/**
 * Where the page stands.
 */
meta: PageMeta, };

/**
 * A new workspace and its maker's membership in it.
 */
export type WorkspaceCreated = { 
/**
 * The workspace.
 */
workspace: Workspace, 
/**
 * The membership of whoever made it.
 */
membership: WorkspaceMembership, };

/**
 * Why a membership cannot be used at present; it is kept all the same.
 */
export type EligibilityRestriction = { 
/**
 * `none`, `ip_not_allowed`, `mfa_required` or `ip_and_mfa_required`.
 */
type: string, 
/**
 * A sentence for the person, `""` when there is none.
 */
message: string, };

/**
 * A user, as other members see it.
 */
export type PublicUserData = { 
/**
 * The user's id.
 */
id: string, 
/**
 * First name, `""` when unset.
 */
first_name: string, 
/**
 * Last name, `""` when unset.
 */
last_name: string, 
/**
 * Username, `""` when unset.
 */
username: string, 
/**
 * `available`, `busy` or `away`.
 */
availability: string, 
/**
 * Whether there is a picture of the user's own.
 */
has_profile_picture: boolean, 
/**
 * Where it is, `""` when there is none.
 */
profile_picture_url: string, 
/**
 * The primary address.
 */
primary_email_address: PublicEmailAddress | null, 
/**
 * The primary phone number; none has one yet.
 */
primary_phone_number: null, };

/**
 * An address, as other members see it.
 */
export type PublicEmailAddress = { id: string, email: string, verified: boolean, };

/**
 * Where a page of a list stands.
 */
export type PageMeta = { 
/**
 * How many there are in all; of a search at most 1 000 are counted.
 */
total: number, 
/**
 * The number of this page, from 1; 0 of one that was asked for with a cursor.
 */
page: number, 
/**
 * How many are on a page at most.
 */
limit: number, 
/**
 * Whether there are more.
 */
has_more: boolean, 
/**
 * What `cursor` is for the next page; null on the last one.
 */
next_cursor: string | null, };

/**
 * An invitation to an organization, and perhaps to a workspace of it, that nobody has accepted yet. Who manages
 * the organization sees it; the token that accepts it is in the mail alone.
 */
export type OrganizationInvitation = { 
/**
 * The invitation's id.
 */
id: string, 
/**
 * The organization.
 */
organization_id: string, 
/**
 * The address that is invited: nobody else can accept.
 */
email: string, 
/**
 * The role that whoever accepts gets in the organization; null when it is gone, then they get that of all
 * who join.
 */
initial_organization_role: OrganizationRole | null, 
/**
 * Who invited last; null when that user is no member any more, and then the invitation does not work until
 * somebody sends it anew.
 */
inviter: OrganizationMember | null, 
/**
 * The workspace; null when it is to the organization alone.
 */
workspace: Workspace | null, 
/**
 * The role in the workspace; null as above, and without a workspace.
 */
initial_workspace_role: WorkspaceRole | null, 
/**
 * Whether it is too late to accept it.
 */
expired: boolean, 
/**
 * Until when it can be accepted.
 */
expires_at: string, 
/**
 * The same as `expires_at`.
 */
expiry: string, 
/**
 * When it was made.
 */
created_at: string, 
/**
 * When it was last sent.
 */
updated_at: string, };

/**
 * What a mailed token is worth; looking at it changes nothing.
 */
export type InvitationValidation = { 
/**
 * Whether it can be accepted.
 */
valid: boolean, 
/**
 * Of somebody who waited to be let in; `""` of an invitation to an organization, which knows no name.
 */
first_name: string, 
/**
 * The same of the last name.
 */
last_name: string, 
/**
 * The address that is invited; null when there is no such invitation.
 */
email: string | null, 
/**
 * The organization, where it is valid.
 */
organization: InvitedTo | null, 
/**
 * The workspace, where it is valid and to one.
 */
workspace: InvitedTo | null, 
/**
 * Who invited, by name, or by address where there is no name.
 */
inviter_name: string | null, 
/**
 * Until when it can be accepted.
 */
expires_at: string | null, 
/**
 * Why it is not valid.
 */
error_code: InvitationRefusal | null, 
/**
 * The same for people, `""` where it is valid.
 */
message: string, };

/**
 * What came of accepting an invitation.
 */
export type InvitationAcceptance = { 
/**
 * The organization, for whoever is a member now.
 */
organization: Organization | null, 
/**
 * The workspace, for whoever is a member of it now.
 */
workspace: Workspace | null, 
/**
 * The sign-in that accepted; it is the active one now, and acts in the organization and the workspace.
 */
signin_id: string | null, 
/**
 * Whether the user was a member before.
 */
already_member: boolean, 
/**
 * Whether somebody has to sign in, or up, with `invited_email` and come back.
 */
requires_signin: boolean, 
/**
 * The address that is invited; null when there is no such invitation.
 */
invited_email: string | null, 
/**
 * Why it was not accepted.
 */
error_code: InvitationRefusal | null, 
/**
 * The same for people.
 */
message: string, 
/**
 * The new session, for whoever is a member now.
 */
session: Session | null, };

/**
 * Why an invitation was not accepted. It stands in a 200 answer: older clients read it nowhere else.
 */
export type InvitationRefusal = "INVITATION_INVALID" | "INVITATION_EXPIRED" | "INVITATION_REQUIRES_SIGNUP" | "INVITATION_EMAIL_MISMATCH" | "INVITATION_ORGANIZATION_FULL" | "INVITATION_WORKSPACE_FULL" | "INVITATION_TOO_MANY_ORGANIZATIONS";

/**
 * What an invitation is to, as whoever has its token sees it.
 */
export type InvitedTo = { 
/**
 * The id of the organization or workspace.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Where its picture is, `""` when there is none.
 */
image_url: string, };

/**
 * What is no more.
 */
export type Removed = { 
/**
 * Its id.
 */
id: string, };

/**
 * Something that a user is told, in the user's inbox.
 */
export type Notification = { 
/**
 * Its id.
 */
id: string, 
/**
 * The deployment.
 */
deployment_id: string, 
/**
 * Whose inbox it is in.
 */
user_id: string, 
/**
 * The organization that it belongs to; null for one that belongs to the user alone.
 */
organization_id: string | null, 
/**
 * The workspace that it belongs to, if to one.
 */
workspace_id: string | null, 
/**
 * What happened, for programs: it never changes its meaning, and new ones come. An application that says it in
 * its own words does so by this and `metadata`.
 */
kind: string, 
/**
 * What happened, in a few words, in English: plain text, no markup.
 */
title: string, 
/**
 * The same in a sentence or two: plain text, no markup.
 */
body: string, 
/**
 * What can be done about it; empty for everything that Keyrack itself says.
 */
ctas: Array<NotificationCta>, 
/**
 * `info`, `success`, `warning` or `error`.
 */
severity: NotificationSeverity, 
/**
 * Whether it was read. What is archived was.
 */
is_read: boolean, 
/**
 * When, if it was.
 */
read_at: string | null, 
/**
 * Whether it was put away.
 */
is_archived: boolean, 
/**
 * When, if it was.
 */
archived_at: string | null, 
/**
 * Whether it is marked with a star.
 */
is_starred: boolean, 
/**
 * The facts, as names and texts.
 */
metadata: Record<string, string>, 
/**
 * When it was written.
 */
created_at: string, 
/**
 * When it was last read, unread, archived or starred.
 */
updated_at: string, 
/**
 * When it goes.
 */
expires_at: string, };

/**
 * How much it matters.
 */
export type NotificationSeverity = "info" | "success" | "warning" | "error";

/**
 * Something that can be done about a notification.
 */
export type NotificationCta = { 
/**
 * What a person reads.
 */
label: string, 
/**
 * What a program makes of it.
 */
payload: unknown, };

/**
 * A page of an inbox, newest first.
 */
export type NotificationPage = { 
/**
 * What is on it.
 */
notifications: Array<Notification>, 
/**
 * Whether there is more behind it.
 */
has_more: boolean, 
/**
 * What to send as `cursor` for what is behind it: the id of the last one.
 */
next_cursor: string | null, };

/**
 * How much of an inbox was not read.
 */
export type NotificationsUnread = { 
/**
 * In all places that were asked for: the sum of `places`.
 */
count: number, 
/**
 * In each where there is something, those with most first.
 */
places: Array<NotificationsUnreadIn>, };

/**
 * How much was not read of what belongs to one place.
 */
export type NotificationsUnreadIn = { 
/**
 * The organization; null for what belongs to the user alone.
 */
organization_id: string | null, 
/**
 * The workspace; null for what belongs to the organization itself.
 */
workspace_id: string | null, 
/**
 * How much; at most 1 000 are counted.
 */
count: number, };

/**
 * How many notifications were changed.
 */
export type NotificationsChanged = { 
/**
 * So many.
 */
affected: number, };

/**
 * The answer of `GET /session/token`.
 */
export type Token = { 
/**
 * The signed token (JWS compact form, RFC 7515).
 */
token: string, 
/**
 * When it expires, in Unix milliseconds by the server's clock; equal to the claim `exp`.
 */
expires: number, 
/**
 * How long it still lives, in milliseconds: what a client with a wrong clock goes by.
 */
lifetime_ms: number, 
/**
 * The sign-in that it speaks for.
 */
signin_id: string, 
/**
 * The session's revision when it was minted; equal to the claim `rev`.
 */
revision: number, };

/**
 * The public keys of a deployment (RFC 7517, section 5).
 */
export type Jwks = { 
/**
 * Every key that a live token may be signed with, and the next one.
 */
keys: Array<Jwk>, };

/**
 * What verifiers of OpenID Connect look up (OpenID Connect Discovery, section 3), as far as it is so here: people
 * sign in on Keyrack's own pages and API, not by a redirect with a code.
 */
export type Discovery = { issuer: string, jwks_uri: string, id_token_signing_alg_values_supported: Array<string>, subject_types_supported: Array<string>, response_types_supported: Array<string>, claims_supported: Array<string>, };

/**
 * A public key (RFC 7517, section 4).
 */
export type Jwk = { kty: string, kid: string, use: string, alg: string, crv?: string, x?: string, y?: string, n?: string, e?: string, };

/**
 * The answer of `GET /deployment`: what an application needs to know before anybody signs in.
 */
export type Deployment = { 
/**
 * The deployment's id, as configured.
 */
id: string, 
/**
 * When it was first started.
 */
created_at: string, 
/**
 * When its settings last changed, as far as the server knows.
 */
updated_at: string, 
/**
 * Always null.
 */
deleted_at: string | null, 
/**
 * Whether visitors should be told to come back later.
 */
maintenance_mode: boolean, 
/**
 * Host of this API.
 */
backend_host: string, 
/**
 * Host of the hosted pages.
 */
frontend_host: string, 
/**
 * Host that mails come from.
 */
mail_from_host: string, 
/**
 * What `KeyrackProvider` takes.
 */
publishable_key: string, 
/**
 * The project that it belongs to; equal to `id`.
 */
project_id: string, 
/**
 * `staging` or `production`.
 */
mode: string, 
/**
 * How people sign up and sign in.
 */
auth_settings: AuthSettings, 
/**
 * Organizations and workspaces.
 */
b2b_settings: B2bSettings, 
/**
 * Who may sign up.
 */
restrictions: Restrictions, 
/**
 * Social providers on offer.
 */
social_connections: Record<string, unknown>[], 
/**
 * Names, links and look.
 */
ui_settings: UiSettings, };

/**
 * How people sign up and sign in.
 */
export type AuthSettings = { id: string, created_at: string, updated_at: string, deleted_at: string | null, deployment_id: string, email_address: FieldSetting, phone_number: FieldSetting, username: FieldSetting, first_name: FieldSetting, last_name: FieldSetting, password: PasswordSetting, backup_code: FieldSetting, web3_wallet: FieldSetting, password_policy: FieldSetting, magic_link: FieldSetting, passkey: PasskeySetting, auth_factors_enabled: AuthFactorsEnabled, verification_policy: VerificationPolicy, second_factor_policy: string, first_factor: string, second_factor: string | null, alternate_first_factors: Array<string> | null, alternate_second_factors: Array<string> | null, multi_session_support: MultiSessionSupport, 
/**
 * Whether an unknown address is answered like a known one.
 */
uniform_answers: boolean, 
/**
 * Whether `challenge_token` is asked for where somebody identifies, signs in, signs up or joins the waitlist.
 */
challenge_required: boolean, };

/**
 * Whether a form shows a field, and whether it must be filled.
 */
export type FieldSetting = { enabled: boolean, required: boolean, };

/**
 * The password field, its bounds in characters, and what a password must contain.
 */
export type PasswordSetting = { enabled: boolean, required: boolean, min_length: number, max_length: number, require_lowercase: boolean, require_uppercase: boolean, require_number: boolean, 
/**
 * Something that is neither a letter nor a digit.
 */
require_special: boolean, };

/**
 * Passkeys on the sign-in form.
 */
export type PasskeySetting = { enabled: boolean, prompt_registration_on_auth: boolean, allow_autofill: boolean, };

/**
 * The ways to sign in that are switched on.
 */
export type AuthFactorsEnabled = { email_password: boolean, username_password: boolean, email_magic_link: boolean, email_otp: boolean, phone_otp: boolean, web3_wallet: boolean, backup_code: boolean, authenticator: boolean, sso: boolean, passkey: boolean, };

/**
 * What must be proved at sign-up.
 */
export type VerificationPolicy = { email: boolean, phone_number: boolean, };

/**
 * How many accounts one browser, and how many browsers one account may have.
 */
export type MultiSessionSupport = { enabled: boolean, max_accounts_per_session: number, max_sessions_per_account: number, };

/**
 * Organizations and workspaces.
 */
export type B2bSettings = { id: string, created_at: string, updated_at: string, deployment_id: string, organizations_enabled: boolean, workspaces_enabled: boolean, allow_users_to_create_orgs: boolean, allow_org_deletion: boolean, allow_workspace_deletion: boolean, custom_org_role_enabled: boolean, custom_workspace_role_enabled: boolean, enforce_mfa_per_org_enabled: boolean, enforce_mfa_per_workspace_enabled: boolean, ip_allowlist_per_org_enabled: boolean, ip_allowlist_per_workspace_enabled: boolean, enterprise_sso_enabled: boolean, limit_org_creation_per_user: boolean, limit_workspace_creation_per_org: boolean, max_orgs_per_user: number, max_allowed_org_members: number, max_allowed_workspace_members: number, org_creation_per_user_count: number, workspaces_per_org_count: number, default_org_creator_role_id: string, default_org_member_role_id: string, default_workspace_creator_role_id: string, default_workspace_member_role_id: string, organization_permissions: Array<string>, workspace_permissions: Array<string>, };

/**
 * Who may sign up. The lists stay on the server.
 */
export type Restrictions = { id: string, created_at: string, updated_at: string, deployment_id: string, allowlist_enabled: boolean, blocklist_enabled: boolean, block_subaddresses: boolean, block_disposable_emails: boolean, block_voip_numbers: boolean, country_restrictions: CountryRestrictions, banned_keywords: Array<string>, allowlisted_resources: Array<string>, blocklisted_resources: Array<string>, sign_up_mode: string, waitlist_collect_names: boolean, };

/**
 * Countries that phone numbers may come from.
 */
export type CountryRestrictions = { enabled: boolean, country_codes: Array<string>, };

/**
 * Names, links and look; an unset link is `""`.
 */
export type UiSettings = { deployment_id: string, app_name: string, privacy_policy_url: string, tos_page_url: string, sign_in_page_url: string, sign_up_page_url: string, waitlist_page_url: string, support_page_url: string, after_logo_click_url: string, user_profile_url: string, organization_profile_url: string, create_organization_url: string, after_sign_out_one_page_url: string, after_sign_out_all_page_url: string, after_signup_redirect_url: string, after_signin_redirect_url: string, after_create_organization_redirect_url: string, favicon_image_url: string, logo_image_url: string, default_user_profile_image_url: string, default_organization_profile_image_url: string, default_workspace_profile_image_url: string, use_initials_for_user_profile_image: boolean, use_initials_for_organization_profile_image: boolean, signup_terms_statement_shown: boolean, signup_terms_statement: string, 
/**
 * The look of the hosted pages.
 */
theme_tokens: ThemeTokens, };

/**
 * The look of the hosted pages, by the colour scheme that the person prefers.
 */
export type ThemeTokens = { light: ThemeTokenSet, dark: ThemeTokenSet, };

/**
 * What the hosted pages look like in one colour scheme; each is a CSS value, and what is not set
 * stays as the pages have it.
 */
export type ThemeTokenSet = { 
/**
 * Cards and forms.
 */
surface?: string, 
/**
 * A surface that stands back, such as a row under the pointer.
 */
surface_subtle?: string, 
/**
 * Behind the surfaces.
 */
background?: string, 
/**
 * Behind everything.
 */
canvas?: string, 
/**
 * Text.
 */
text?: string, 
/**
 * Text of less weight.
 */
text_secondary?: string, 
/**
 * Hints.
 */
text_muted?: string, 
/**
 * What is hardly there, such as a placeholder.
 */
text_faint?: string, 
/**
 * Lines.
 */
border?: string, 
/**
 * Lines around what can be typed into.
 */
border_strong?: string, 
/**
 * The main button and what is selected.
 */
primary?: string, 
/**
 * The main colour as a background.
 */
primary_soft?: string, 
/**
 * Text on the main colour.
 */
primary_foreground?: string, 
/**
 * Something went well.
 */
success?: string, 
/**
 * The same as a background.
 */
success_soft?: string, 
/**
 * Something to know.
 */
info?: string, 
/**
 * The same as a background.
 */
info_soft?: string, 
/**
 * Something to mind.
 */
warning?: string, 
/**
 * The same as a background.
 */
warning_soft?: string, 
/**
 * Something went wrong.
 */
error?: string, 
/**
 * The same as a background.
 */
error_soft?: string, 
/**
 * The corners of fields and buttons.
 */
radius?: string, 
/**
 * The corners of cards.
 */
radius_lg?: string, 
/**
 * The font of everything.
 */
font_sans?: string, 
/**
 * The font of codes.
 */
font_mono?: string, };

/**
 * One refusal.
 */
export type ErrorEntry = { 
/**
 * The stable code, for programs.
 */
code: string, 
/**
 * What to do about it, for people.
 */
message: string, 
/**
 * What a program needs to go on; absent where there is nothing.
 */
meta?: ErrorMeta, };

/**
 * One refusal with its status.
 */
export type ErrorDetail = { 
/**
 * The stable code, for programs.
 */
code: string, 
/**
 * What to do about it, for people.
 */
message: string, 
/**
 * The HTTP status.
 */
status: number, };
