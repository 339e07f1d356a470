/* What authors of tidegate.yaml write; to JavaScript these are ordinary texts. */

// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in by the evaluation, not by JavaScript
export const INPUT = '${input}';

// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in when a release is sealed
export const ENV_NAME = '${env:NAME}';

// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in when a release is sealed
export const ENV_NAME_OR_DEFAULT = '${env:NAME:-default}';
