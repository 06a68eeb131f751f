-- What a segment is to the user's turns: goes_on, closes or leaves; nothing where a server wrote it that did not say so yet.
ALTER TABLE segments ADD COLUMN part TEXT;
