/** Life of a link in a mail: long enough for a slow delivery, short enough to limit misuse. */
export const MAIL_TOKEN_SECONDS = 600;
