import type { ReactNode } from "react";

interface IconProps {
  size?: number;
}

function Icon({ size = 18, children }: IconProps & { children: ReactNode }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export const IncidentsIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M12 4.5a5.5 5.5 0 0 0-5.5 5.5v4L4.8 17h14.4l-1.7-3v-4A5.5 5.5 0 0 0 12 4.5Z" />
    <path d="M10.2 20a2 2 0 0 0 3.6 0" />
    <path d="M12 2.8v1.7" />
  </Icon>
);
export const ServicesIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="4" y="4.5" width="16" height="6" rx="1.5" />
    <rect x="4" y="13.5" width="16" height="6" rx="1.5" />
    <path d="M7.5 7.5h.01M7.5 16.5h.01" />
  </Icon>
);
export const IntegrationsIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M9 3.5V8M15 3.5V8M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0V8ZM12 17v3.5" />
  </Icon>
);
export const DeliveriesIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4 13.5 6.5 5h11L20 13.5V19H4v-5.5Z" />
    <path d="M4 13.5h4.5l1.2 2.2h4.6l1.2-2.2H20" />
  </Icon>
);
export const PeopleIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="9" cy="8" r="3.2" />
    <path d="M3 19c.4-3.4 2.8-5.2 6-5.2s5.6 1.8 6 5.2" />
    <path d="M15.5 5.2a3.2 3.2 0 0 1 0 5.6M17.5 14.3c2 .7 3.2 2.3 3.5 4.7" />
  </Icon>
);
export const AccountIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="8.5" r="3.5" />
    <path d="M5 19.5c.6-3.7 3.4-5.7 7-5.7s6.4 2 7 5.7" />
  </Icon>
);
export const SunIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M18.4 5.6l-1.1 1.1M6.7 17.3l-1.1 1.1" />
  </Icon>
);
export const MoonIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z" />
  </Icon>
);
export const SignOutIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M10 4.5H5.5v15H10M14.5 8l4 4-4 4M18.5 12H10" />
  </Icon>
);
export const SearchIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="11" cy="11" r="6" />
    <path d="m15.5 15.5 4 4" />
  </Icon>
);
export const ExternalIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M13.5 5H19v5.5M19 5l-8 8M17 13.5V19H5V7h5.5" />
  </Icon>
);
export const CheckIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m5 12.5 4.5 4.5L19 7" />
  </Icon>
);
export const AlertIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7.5v5.5M12 16.3v.01" />
  </Icon>
);
export const KeyboardIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="3" y="6.5" width="18" height="11" rx="2" />
    <path d="M7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8" />
  </Icon>
);
export const BellIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M12 4.5a5.5 5.5 0 0 0-5.5 5.5v4L4.8 17h14.4l-1.7-3v-4A5.5 5.5 0 0 0 12 4.5ZM10.2 20a2 2 0 0 0 3.6 0" />
  </Icon>
);
export const BellOffIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M8 6.2A5.5 5.5 0 0 1 17.5 10v4l1.7 3M15.5 17H4.8l1.7-3v-4M10.2 20a2 2 0 0 0 3.6 0M4 4l16 16" />
  </Icon>
);
export const BackIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m14 6-6 6 6 6" />
  </Icon>
);
export const DownIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m7 10 5 5 5-5" />
  </Icon>
);

export function Mark({ size = 28 }: IconProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#2b3a67" />
      <path
        fill="#fff"
        d="M16 5.2a1.7 1.7 0 0 0-1.7 1.7v.7C10.7 8.3 8.4 11.3 8.4 15v4.3l-1.9 2.5c-.5.7 0 1.6.8 1.6h17.4c.8 0 1.3-.9.8-1.6l-1.9-2.5V15c0-3.7-2.3-6.7-5.9-7.4v-.7A1.7 1.7 0 0 0 16 5.2Z"
      />
      <circle cx="16" cy="25.8" r="2.1" fill="#f2b84b" />
    </svg>
  );
}
