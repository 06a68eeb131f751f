mod invariants;
mod turns;
