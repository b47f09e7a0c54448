import { word } from "./word.js";

document.getElementById("state").textContent = `${word} ${typeof window.api}`;
