/** What a percent-encoded text stands for (RFC 3986 §2.1); undefined when it stands for none. */
export function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
