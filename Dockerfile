# Meguri for the city: web, worker, beat and migrate are this one image with different commands.
# Where packages come from is the builder's business: pass pip's own settings (PIP_INDEX_URL, PIP_CERT) as
# build arguments, or give it a folder of wheels. No address stands here.
#
# The base image is named with its Debian release. Its digest belongs to the day it was fetched: whoever builds for a city
# pins it (docs/operations/ says how), for example --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:...

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_FIND_LINKS
ARG STORE
COPY requirements/base.txt requirements/s3.txt /tmp/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/base.txt ${STORE:+-r /tmp/s3.txt}

FROM ${PYTHON_IMAGE}
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    MEGURI_DATA_ROOT=/data \
    MEGURI_STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin meguri \
 && install -d -o meguri -g meguri /data /anchors /backup /srv/static
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/meguri
COPY manage.py LICENSE ./
COPY config config
COPY workflow workflow
COPY tasks tasks
COPY review review
COPY templates templates
COPY locale locale
COPY docs/screens docs/screens
# Compiled here: nothing can be written where it runs, and every process and health check would compile it anew.
# The style sheets are named by their content, so that a browser never mixes two releases. No secret and no
# server is touched: these values end with this command.
RUN SECRET_KEY=only-for-collecting-the-style-sheets-and-never-seen-again-0000 \
    DATABASE_URL=sqlite:////tmp/none REDIS_URL=redis://none ALLOWED_HOSTS=none \
    python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q .
USER meguri
EXPOSE 8000
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
