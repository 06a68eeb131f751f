mod coming_and_going;
mod conversation;
mod interruption;
mod invariants;
mod speaking;
mod turns;
