"use client";

import { useRealtimeRoleplay } from "@repartee/client/react";
import { useState } from "react";

const SERVER = "http://localhost:3001";

/** The smallest front end there is: get a token from your own sign-in, name a scenario, talk. */
export default function Page() {
  const [token, setToken] = useState("");
  const roleplay = useRealtimeRoleplay({ url: SERVER, token: () => readToken() });

  const connect = () => {
    sessionStorage.setItem("token", token);
    void roleplay.connectSession(newId(), "test-scenario");
  };

  return (
    <main>
      <h1>Practice</h1>
      <label>
        Token <input value={token} onChange={(event) => setToken(event.target.value)} />
      </label>
      <button type="button" onClick={connect}>
        Connect
      </button>
      <button
        type="button"
        disabled={!roleplay.sessionId}
        onClick={() => void (roleplay.isRecording ? roleplay.stopRecording() : roleplay.startRecording())}
      >
        {roleplay.isRecording ? "Send" : "Talk"}
      </button>
      <button type="button" disabled={!roleplay.sessionId} onClick={() => void roleplay.endSession()}>
        End
      </button>
      {roleplay.error && <p role="alert">{roleplay.error}</p>}
      <p>
        Turn {roleplay.turnCount} of {roleplay.maxTurns}
        {roleplay.isProcessing && " …"}
      </p>
      <ol>
        {roleplay.conversationHistory.map((line) => (
          <li key={`${line.turnId}-${line.role}`}>
            <strong>{line.role}:</strong> {line.text}
          </li>
        ))}
      </ol>
    </main>
  );
}

/** `crypto.randomUUID` is missing where the page comes over plain http from another computer. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function readToken(): string {
  return sessionStorage.getItem("token") ?? "";
}
