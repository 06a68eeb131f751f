//! Who somebody is: tokens, where they may come from, passwords, and the people behind them.
//!
//! This module deliberately knows no route and no event: HTTP and the socket transports ask it the
//! same question, "whom do these credentials name", through [`Accounts::authenticate`].

mod accounts;
mod credentials;
mod keys;
mod passwords;
mod role;
mod secret;
mod tokens;

pub use accounts::{Account, Accounts, AuthError, OF_TOKENS};
pub use credentials::{Origins, presented};
pub use keys::PublicKey;
pub use passwords::Passwords;
pub use role::{parse_role, token_role};
pub use secret::{SecretError, load_or_generate};
pub use tokens::{NewToken, TokenError, Tokens, Verified};
