import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

// An ink blue for buttons and links; no severity uses it.
const ink: MantineColorsTuple = [
  "#eef1fa",
  "#d9dff1",
  "#b2bde3",
  "#8a9ad6",
  "#687ccb",
  "#5268c3",
  "#465cb9",
  "#394ca1",
  "#2f4190",
  "#24357e",
];

// A cool gray that stays neutral in dark mode.
const dark: MantineColorsTuple = [
  "#d3d7e0",
  "#b1b7c4",
  "#939bab",
  "#646c7d",
  "#3c4350",
  "#2d333f",
  "#1f242e",
  "#171b23",
  "#12151c",
  "#0c0e13",
];

export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 6 },
  colors: { ink, dark },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  autoContrast: true,
  components: {
    Menu: {
      defaultProps: {
        // The placeholder is a child of the menu that is no menu item, which assistive technology does not expect.
        withInitialFocusPlaceholder: false,
        // In a landmark of the page.
        portalProps: { target: "#main" },
      },
    },
  },
});

// Mantine's own dimmed, placeholder, and error colors have less than 4.5:1 contrast on these backgrounds.
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#545c6b",
    "--mantine-color-placeholder": "#6a7180",
    "--mantine-color-error": "#c3222e",
    "--mantine-color-text": "#1a1d24",
    "--mantine-color-body": "#f7f8fa",
    "--mantine-color-default-border": "#d5d9e1",
    "--mantine-color-anchor": "#394ca1",
  },
  dark: {
    "--mantine-color-dimmed": "#a4abb9",
    "--mantine-color-placeholder": "#939bab",
    "--mantine-color-error": "#ff8787",
    "--mantine-color-text": "#e3e6ec",
    "--mantine-color-body": "#12151c",
    "--mantine-color-anchor": "#a3b1ee",
  },
});
