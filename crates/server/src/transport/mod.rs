//! How clients reach sessions. A transport decodes, passes on and encodes; it never decides.

mod listener;
pub mod socketio;
mod traffic;

pub use listener::{GatedListener, Lifeline, Link};
pub use traffic::Traffic;
