# The exporter as an image: docker build --tag solix-exporter .
#
# For a build that can be repeated bit by bit, name the base by its digest and give all files one
# date: --build-arg BASE=docker.io/library/python@sha256:... --build-arg SOURCE_DATE_EPOCH=0
# (buildah: --timestamp 0).
ARG BASE=docker.io/library/python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
RUN python3 -m venv --without-pip /opt/solix
COPY deploy/constraints.txt deploy/constraints.txt
COPY pyproject.toml README.md LICENSE ./
COPY solix_exporter solix_exporter
# Compiled with the hash of the source in place of its date, so that a second build gives the same.
RUN python3 -m pip --python /opt/solix/bin/python install --no-cache-dir --no-compile \
        --constraint deploy/constraints.txt . \
    && /opt/solix/bin/python -m compileall -q -f --invalidation-mode unchecked-hash \
        /opt/solix/lib \
    && /opt/solix/bin/solix-exporter --version

FROM ${BASE}
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="solix-exporter" \
      org.opencontainers.image.description="Prometheus exporter for Anker Solix home power systems" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=build /opt/solix /opt/solix
COPY deploy/healthcheck.py /opt/solix/healthcheck.py
# A named volume takes its owner from this folder.
RUN install -d -o 65532 -g 65532 -m 0700 /var/lib/solix-exporter

ENV PATH=/opt/solix/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SOLIX_STATE_DIR=/var/lib/solix-exporter
USER 65532:65532
WORKDIR /var/lib/solix-exporter
VOLUME /var/lib/solix-exporter
EXPOSE 7654
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s --retries=3 \
    CMD ["python3", "/opt/solix/healthcheck.py"]
ENTRYPOINT ["solix-exporter"]
CMD ["serve"]
