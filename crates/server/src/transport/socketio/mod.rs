//! The roleplay contract over Socket.IO.
//!
//! The library runs every handler as a task of its own, so events of one socket would overtake each other and pile up.
//! Here one synchronous handler per socket reads an event and puts it into the connection's mailbox, in the order in
//! which it came; one task per connection empties it. How much may wait is the connection's [`runtime::Gate`].

mod acknowledgement;
mod connection;
mod intake;
mod layer;
mod member;
mod outgoing;
mod pace;
mod registry;
mod requests;
mod told;

pub use layer::{Endpoint, install};
pub use registry::Registry;
