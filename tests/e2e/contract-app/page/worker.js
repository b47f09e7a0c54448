import { word } from "./word.js";

const { status } = await fetch("style.css");
postMessage([word, status]);
