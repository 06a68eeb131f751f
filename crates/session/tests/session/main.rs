mod coming_and_going;
mod conversation;
mod interruption;
mod invariants;
mod resuming;
mod speaking;
mod turns;
