# syntax=docker/dockerfile:1

FROM node:20-bookworm-slim AS web
WORKDIR /src/web-client
COPY web-client ./
RUN npm install --no-save && npm run build

FROM rust:1.95-bookworm AS server
RUN apt-get update \
    && apt-get install -y --no-install-recommends libopus-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package server \
    && install -D target/release/repartee /out/repartee

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl espeak-ng libopus0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home repartee \
    && install -d -o repartee -g repartee /app/data
WORKDIR /app
COPY --from=server /out/repartee /usr/local/bin/repartee
COPY --from=web /src/web-client/app/dist web-client/app/dist
USER repartee
ENV HOST=0.0.0.0 PORT=3001 DATA_DIR=/app/data
EXPOSE 3001
VOLUME /app/data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD curl --fail --silent http://127.0.0.1:3001/healthz
ENTRYPOINT ["repartee"]
CMD ["serve"]
