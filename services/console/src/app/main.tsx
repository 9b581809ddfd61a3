import "./color_scheme";
import "@mantine/core/styles.css";
import "./base.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Console } from "./console";
import { cspNonce } from "./csp_nonce";

// Scroll locking writes a style element of its own, past the provider.
setNonce(cspNonce());

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
