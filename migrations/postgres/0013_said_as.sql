-- What the client called its words when it typed them: said again to whatever server, they are the same turn.
ALTER TABLE turns ADD COLUMN said_as TEXT;
