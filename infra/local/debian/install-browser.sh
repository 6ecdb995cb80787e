# Runs in a fresh tree as root: installs a browser without a window, and one font to draw text with.
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu-core
apt-get clean
rm -rf /var/lib/apt/lists
