import "./color_scheme";
import "./component_styles";
import "./base.css";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Console } from "./console";
import { cspNonce } from "./csp_nonce";

// The scroll lock creates its own style element and takes the nonce from here.
setNonce(cspNonce());

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
